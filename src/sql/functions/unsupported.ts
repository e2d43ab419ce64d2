/** Functions that MySQL has and we do not: they answer 1235 naming the function, rather than 1305. */
const NAMES: ReadonlySet<string> = new Set(
  `gtid_subset gtid_subtract wait_for_executed_gtid_set source_pos_wait master_pos_wait load_file
  statement_digest statement_digest_text validate_password_strength is_visible_dd_object
  st_area st_asgeojson st_buffer st_buffer_strategy st_centroid st_contains st_convexhull st_crosses st_difference
  st_dimension st_disjoint st_distance st_distance_sphere st_endpoint st_envelope st_equals st_exteriorring
  st_frechetdistance st_geohash st_geomfromgeojson st_geometryn st_hausdorffdistance st_interiorringn st_intersection
  st_intersects st_isclosed st_isempty st_issimple st_isvalid st_latfromgeohash st_length st_lineinterpolatepoint
  st_lineinterpolatepoints st_longfromgeohash st_makeenvelope st_numgeometries st_numinteriorring st_numinteriorrings
  st_numpoints st_overlaps st_pointatdistance st_pointfromgeohash st_pointn st_simplify st_startpoint st_symdifference
  st_touches st_transform st_union st_validate st_within mbrcontains mbrcoveredby mbrcovers mbrdisjoint mbrequals
  mbrintersects mbroverlaps mbrtouches mbrwithin json_schema_valid json_schema_validation_report
  ps_current_thread_id ps_thread_id extractvalue updatexml grouping`.split(/\s+/),
);

export function isKnownToMySql(name: string): boolean {
  return NAMES.has(name);
}
