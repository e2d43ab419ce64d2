/** The version that clients are told: they read the leading number as MySQL's. */
export const SERVER_VERSION = "9.7.4-CairnDB";
