/** Columns of information_schema tables: see column-text.ts for the format. */
export const TABLES_O_TO_Z = `
OPTIMIZER_TRACE
  QUERY varchar(65535) !
  TRACE varchar(65535) !
  MISSING_BYTES_BEYOND_MAX_MEM_SIZE int !
  INSUFFICIENT_PRIVILEGES tinyint(1) !
PARAMETERS
  SPECIFIC_CATALOG varchar(64) bin !
  SPECIFIC_SCHEMA varchar(64) bin !
  SPECIFIC_NAME varchar(64) !
  ORDINAL_POSITION bigint unsigned !
  PARAMETER_MODE varchar(5) bin
  PARAMETER_NAME varchar(64)
  DATA_TYPE longtext bin
  CHARACTER_MAXIMUM_LENGTH bigint
  CHARACTER_OCTET_LENGTH bigint
  NUMERIC_PRECISION int unsigned
  NUMERIC_SCALE bigint
  DATETIME_PRECISION int unsigned
  CHARACTER_SET_NAME varchar(64)
  COLLATION_NAME varchar(64)
  DTD_IDENTIFIER mediumtext bin !
  ROUTINE_TYPE varchar(9) bin !
PARTITIONS
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  PARTITION_NAME varchar(64) ci
  SUBPARTITION_NAME varchar(64) ci
  PARTITION_ORDINAL_POSITION int unsigned
  SUBPARTITION_ORDINAL_POSITION int unsigned
  SECONDARY_LOAD varchar(1) bin
  PARTITION_METHOD varchar(13)
  SUBPARTITION_METHOD varchar(13)
  PARTITION_EXPRESSION varchar(2048) bin
  SUBPARTITION_EXPRESSION varchar(2048) bin
  PARTITION_DESCRIPTION text bin
  TABLE_ROWS bigint unsigned
  AVG_ROW_LENGTH bigint unsigned
  DATA_LENGTH bigint unsigned
  MAX_DATA_LENGTH bigint unsigned
  INDEX_LENGTH bigint unsigned
  DATA_FREE bigint unsigned
  CREATE_TIME timestamp !
  UPDATE_TIME datetime
  CHECK_TIME datetime
  CHECKSUM bigint
  PARTITION_COMMENT text bin !
  NODEGROUP varchar(256)
  TABLESPACE_NAME varchar(268) bin
PLUGINS
  PLUGIN_NAME varchar(64) !
  PLUGIN_VERSION varchar(20) !
  PLUGIN_STATUS varchar(10) !
  PLUGIN_TYPE varchar(80) !
  PLUGIN_TYPE_VERSION varchar(20) !
  PLUGIN_LIBRARY varchar(64)
  PLUGIN_LIBRARY_VERSION varchar(20)
  PLUGIN_AUTHOR varchar(64)
  PLUGIN_DESCRIPTION varchar(65535)
  PLUGIN_LICENSE varchar(80)
  LOAD_OPTION varchar(64) !
PROCESSLIST
  ID bigint unsigned !
  USER varchar(32) !
  HOST varchar(261) !
  DB varchar(64)
  COMMAND varchar(16) !
  TIME int !
  STATE varchar(64)
  INFO varchar(65535)
PROFILING
  QUERY_ID int !
  SEQ int !
  STATE varchar(30) !
  DURATION decimal(905,0) !
  CPU_USER decimal(905,0)
  CPU_SYSTEM decimal(905,0)
  CONTEXT_VOLUNTARY int
  CONTEXT_INVOLUNTARY int
  BLOCK_OPS_IN int
  BLOCK_OPS_OUT int
  MESSAGES_SENT int
  MESSAGES_RECEIVED int
  PAGE_FAULTS_MAJOR int
  PAGE_FAULTS_MINOR int
  SWAPS int
  SOURCE_FUNCTION varchar(30)
  SOURCE_FILE varchar(20)
  SOURCE_LINE int
REFERENTIAL_CONSTRAINTS
  CONSTRAINT_CATALOG varchar(64) bin !
  CONSTRAINT_SCHEMA varchar(64) bin !
  CONSTRAINT_NAME varchar(64) ci
  UNIQUE_CONSTRAINT_CATALOG varchar(64) bin !
  UNIQUE_CONSTRAINT_SCHEMA varchar(64) bin !
  UNIQUE_CONSTRAINT_NAME varchar(64) ci
  MATCH_OPTION varchar(7) bin !
  UPDATE_RULE varchar(11) bin !
  DELETE_RULE varchar(11) bin !
  TABLE_NAME varchar(64) bin !
  REFERENCED_TABLE_NAME varchar(64) bin !
RESOURCE_GROUPS
  RESOURCE_GROUP_NAME varchar(64) !
  RESOURCE_GROUP_TYPE varchar(6) bin !
  RESOURCE_GROUP_ENABLED tinyint(1) !
  VCPU_IDS blob
  THREAD_PRIORITY int !
ROLE_COLUMN_GRANTS
  GRANTOR varchar(97)
  GRANTOR_HOST varchar(256)
  GRANTEE char(32) bin !
  GRANTEE_HOST char(255) !
  TABLE_CATALOG varchar(3) !
  TABLE_SCHEMA char(64) bin !
  TABLE_NAME char(64) bin !
  COLUMN_NAME char(64) bin !
  PRIVILEGE_TYPE varchar(31) !
  IS_GRANTABLE varchar(3) !
ROLE_ROUTINE_GRANTS
  GRANTOR varchar(97)
  GRANTOR_HOST varchar(256)
  GRANTEE char(32) bin !
  GRANTEE_HOST char(255) !
  SPECIFIC_CATALOG varchar(3) !
  SPECIFIC_SCHEMA char(64) bin !
  SPECIFIC_NAME char(64) !
  ROUTINE_CATALOG varchar(3) !
  ROUTINE_SCHEMA char(64) bin !
  ROUTINE_NAME char(64) !
  PRIVILEGE_TYPE varchar(27) !
  IS_GRANTABLE varchar(3) !
ROLE_TABLE_GRANTS
  GRANTOR varchar(97)
  GRANTOR_HOST varchar(256)
  GRANTEE char(32) bin !
  GRANTEE_HOST char(255) !
  TABLE_CATALOG varchar(3) !
  TABLE_SCHEMA char(64) bin !
  TABLE_NAME char(64) bin !
  PRIVILEGE_TYPE varchar(98) !
  IS_GRANTABLE varchar(3) !
ROUTINES
  SPECIFIC_NAME varchar(64) !
  ROUTINE_CATALOG varchar(64) bin !
  ROUTINE_SCHEMA varchar(64) bin !
  ROUTINE_NAME varchar(64) !
  ROUTINE_TYPE varchar(9) bin !
  DATA_TYPE longtext bin
  CHARACTER_MAXIMUM_LENGTH bigint
  CHARACTER_OCTET_LENGTH bigint
  NUMERIC_PRECISION int unsigned
  NUMERIC_SCALE int unsigned
  DATETIME_PRECISION int unsigned
  CHARACTER_SET_NAME varchar(64)
  COLLATION_NAME varchar(64)
  DTD_IDENTIFIER longtext bin
  ROUTINE_BODY varchar(8) !
  ROUTINE_DEFINITION longtext bin
  EXTERNAL_NAME varbinary(0)
  EXTERNAL_LANGUAGE varchar(64) bin !
  PARAMETER_STYLE varchar(3) !
  IS_DETERMINISTIC varchar(3) !
  SQL_DATA_ACCESS varchar(17) bin !
  SQL_PATH varbinary(0)
  SECURITY_TYPE varchar(7) bin !
  CREATED timestamp !
  LAST_ALTERED timestamp !
  SQL_MODE varchar(546) bin !
  ROUTINE_COMMENT text bin !
  DEFINER varchar(288) bin !
  CHARACTER_SET_CLIENT varchar(64) !
  COLLATION_CONNECTION varchar(64) !
  DATABASE_COLLATION varchar(64) !
ROUTINE_LIBRARIES
  ROUTINE_CATALOG varchar(64) bin !
  ROUTINE_SCHEMA varchar(64) bin !
  ROUTINE_NAME varchar(64) !
  ROUTINE_TYPE varchar(9) bin !
  LIBRARY_CATALOG varchar(64) utf8mb4
  LIBRARY_SCHEMA varchar(100) utf8mb4
  LIBRARY_NAME varchar(100) utf8mb4
  LIBRARY_VERSION varchar(100) utf8mb4
SCHEMATA
  CATALOG_NAME varchar(64) bin !
  SCHEMA_NAME varchar(64) bin !
  DEFAULT_CHARACTER_SET_NAME varchar(64) !
  DEFAULT_COLLATION_NAME varchar(64) !
  SQL_PATH varbinary(0)
  DEFAULT_ENCRYPTION varchar(3) bin !
SCHEMATA_EXTENSIONS
  CATALOG_NAME varchar(64) bin !
  SCHEMA_NAME varchar(64) bin !
  OPTIONS varchar(256)
SCHEMA_PRIVILEGES
  GRANTEE varchar(292) !
  TABLE_CATALOG varchar(512) !
  TABLE_SCHEMA varchar(64) !
  PRIVILEGE_TYPE varchar(64) !
  IS_GRANTABLE varchar(3) !
STATISTICS
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  NON_UNIQUE int !
  INDEX_SCHEMA varchar(64) bin !
  INDEX_NAME varchar(64) ci
  SEQ_IN_INDEX int unsigned !
  COLUMN_NAME varchar(64) ci
  COLLATION varchar(1)
  CARDINALITY bigint
  SUB_PART bigint
  PACKED varbinary(0)
  NULLABLE varchar(3) !
  INDEX_TYPE varchar(11) bin !
  COMMENT varchar(8) !
  INDEX_COMMENT varchar(2048) bin !
  IS_VISIBLE varchar(3) !
  EXPRESSION longtext bin
ST_GEOMETRY_COLUMNS
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  COLUMN_NAME varchar(64) ci
  SRS_NAME varchar(80)
  SRS_ID int unsigned
  GEOMETRY_TYPE_NAME longtext bin
ST_SPATIAL_REFERENCE_SYSTEMS
  SRS_NAME varchar(80) !
  SRS_ID int unsigned !
  ORGANIZATION varchar(256)
  ORGANIZATION_COORDSYS_ID int unsigned
  DEFINITION varchar(4096) bin !
  DESCRIPTION varchar(2048) bin
ST_UNITS_OF_MEASURE
  UNIT_NAME varchar(255) utf8mb4
  UNIT_TYPE varchar(7) utf8mb4
  CONVERSION_FACTOR double
  DESCRIPTION varchar(255) utf8mb4
TABLES
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  TABLE_TYPE varchar(11) bin !
  ENGINE varchar(64)
  VERSION int
  ROW_FORMAT varchar(10) bin
  TABLE_ROWS bigint unsigned
  AVG_ROW_LENGTH bigint unsigned
  DATA_LENGTH bigint unsigned
  MAX_DATA_LENGTH bigint unsigned
  INDEX_LENGTH bigint unsigned
  DATA_FREE bigint unsigned
  AUTO_INCREMENT bigint unsigned
  CREATE_TIME timestamp !
  UPDATE_TIME datetime
  CHECK_TIME datetime
  TABLE_COLLATION varchar(64)
  CHECKSUM bigint
  CREATE_OPTIONS varchar(256)
  TABLE_COMMENT text
TABLESPACES_EXTENSIONS
  TABLESPACE_NAME varchar(268) bin !
  ENGINE_ATTRIBUTE json
TABLES_EXTENSIONS
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  ENGINE_ATTRIBUTE json
  SECONDARY_ENGINE_ATTRIBUTE json
TABLE_CONSTRAINTS
  CONSTRAINT_CATALOG varchar(64) bin !
  CONSTRAINT_SCHEMA varchar(64) bin !
  CONSTRAINT_NAME varchar(64) ci
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  CONSTRAINT_TYPE varchar(11) bin !
  ENFORCED varchar(3) bin !
TABLE_CONSTRAINTS_EXTENSIONS
  CONSTRAINT_CATALOG varchar(64) bin !
  CONSTRAINT_SCHEMA varchar(64) bin !
  CONSTRAINT_NAME varchar(64) ci !
  TABLE_NAME varchar(64) bin !
  ENGINE_ATTRIBUTE json
  SECONDARY_ENGINE_ATTRIBUTE json
TABLE_PRIVILEGES
  GRANTEE varchar(292) !
  TABLE_CATALOG varchar(512) !
  TABLE_SCHEMA varchar(64) !
  TABLE_NAME varchar(64) !
  PRIVILEGE_TYPE varchar(64) !
  IS_GRANTABLE varchar(3) !
TRIGGERS
  TRIGGER_CATALOG varchar(64) bin !
  TRIGGER_SCHEMA varchar(64) bin !
  TRIGGER_NAME varchar(64) !
  EVENT_MANIPULATION varchar(6) bin !
  EVENT_OBJECT_CATALOG varchar(64) bin !
  EVENT_OBJECT_SCHEMA varchar(64) bin !
  EVENT_OBJECT_TABLE varchar(64) bin !
  ACTION_ORDER int unsigned !
  ACTION_CONDITION varbinary(0)
  ACTION_STATEMENT longtext bin !
  ACTION_ORIENTATION varchar(3) !
  ACTION_TIMING varchar(6) bin !
  ACTION_REFERENCE_OLD_TABLE varbinary(0)
  ACTION_REFERENCE_NEW_TABLE varbinary(0)
  ACTION_REFERENCE_OLD_ROW varchar(3) !
  ACTION_REFERENCE_NEW_ROW varchar(3) !
  CREATED timestamp(2) !
  SQL_MODE varchar(546) bin !
  DEFINER varchar(288) bin !
  CHARACTER_SET_CLIENT varchar(64) !
  COLLATION_CONNECTION varchar(64) !
  DATABASE_COLLATION varchar(64) !
USER_ATTRIBUTES
  USER char(32) bin !
  HOST char(255) !
  ATTRIBUTE longtext utf8mb4bin
USER_PRIVILEGES
  GRANTEE varchar(292) !
  TABLE_CATALOG varchar(512) !
  PRIVILEGE_TYPE varchar(64) !
  IS_GRANTABLE varchar(3) !
VIEWS
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  VIEW_DEFINITION longtext bin
  CHECK_OPTION varchar(8) bin
  IS_UPDATABLE varchar(3) bin
  DEFINER varchar(288) bin
  SECURITY_TYPE varchar(7) bin
  CHARACTER_SET_CLIENT varchar(64) !
  COLLATION_CONNECTION varchar(64) !
VIEW_ROUTINE_USAGE
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  SPECIFIC_CATALOG varchar(64) bin !
  SPECIFIC_SCHEMA varchar(64) bin !
  SPECIFIC_NAME varchar(64) !
VIEW_TABLE_USAGE
  VIEW_CATALOG varchar(64) bin !
  VIEW_SCHEMA varchar(64) bin !
  VIEW_NAME varchar(64) bin !
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
`;
