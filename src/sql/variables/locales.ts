/** The locale names that lc_time_names and lc_messages accept. */

const LOCALES: ReadonlySet<string> = new Set(
  `ar_ae ar_bh ar_dz ar_eg ar_in ar_iq ar_jo ar_kw ar_lb ar_ly ar_ma ar_om ar_qa ar_sa ar_sd ar_sy ar_tn ar_ye be_by bg_bg
  ca_es cs_cz da_dk de_at de_be de_ch de_de de_lu el_gr en_au en_ca en_gb en_in en_nz en_ph en_us en_za en_zw es_ar
  es_bo es_cl es_co es_cr es_do es_ec es_es es_gt es_hn es_mx es_ni es_pa es_pe es_pr es_py es_sv es_us es_uy es_ve
  et_ee eu_es fi_fi fo_fo fr_be fr_ca fr_ch fr_fr fr_lu gl_es gu_in he_il hi_in hr_hr hu_hu id_id is_is it_ch it_it
  ja_jp ko_kr lt_lt lv_lv mk_mk mn_mn ms_my nb_no nl_be nl_nl no_no pl_pl pt_br pt_pt rm_ch ro_ro ru_ru ru_ua sk_sk
  sl_si sq_al sr_rs sv_fi sv_se ta_in te_in th_th tr_tr uk_ua ur_pk vi_vn zh_cn zh_hk zh_tw`.split(/\s+/),
);

export function isLocale(name: string): boolean {
  return LOCALES.has(name.toLowerCase());
}
