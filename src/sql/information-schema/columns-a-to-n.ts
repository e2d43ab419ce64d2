/** Columns of information_schema tables: see column-text.ts for the format. */
export const TABLES_A_TO_N = `
ADMINISTRABLE_ROLE_AUTHORIZATIONS
  USER varchar(97)
  HOST varchar(256)
  GRANTEE varchar(97) utf8mb4
  GRANTEE_HOST varchar(256) utf8mb4
  ROLE_NAME varchar(255) utf8mb4
  ROLE_HOST varchar(256) utf8mb4
  IS_GRANTABLE varchar(3) !
  IS_DEFAULT varchar(3)
  IS_MANDATORY varchar(3) !
APPLICABLE_ROLES
  USER varchar(97)
  HOST varchar(256)
  GRANTEE varchar(97) utf8mb4
  GRANTEE_HOST varchar(256) utf8mb4
  ROLE_NAME varchar(255) utf8mb4
  ROLE_HOST varchar(256) utf8mb4
  IS_GRANTABLE varchar(3) !
  IS_DEFAULT varchar(3)
  IS_MANDATORY varchar(3) !
CHARACTER_SETS
  CHARACTER_SET_NAME varchar(64) !
  DEFAULT_COLLATE_NAME varchar(64) !
  DESCRIPTION varchar(2048) !
  MAXLEN int unsigned !
CHECK_CONSTRAINTS
  CONSTRAINT_CATALOG varchar(64) bin !
  CONSTRAINT_SCHEMA varchar(64) bin !
  CONSTRAINT_NAME varchar(64) ci !
  CHECK_CLAUSE longtext bin !
COLLATIONS
  COLLATION_NAME varchar(64) !
  CHARACTER_SET_NAME varchar(64) !
  ID bigint unsigned !
  IS_DEFAULT varchar(3) !
  IS_COMPILED varchar(3) !
  SORTLEN int unsigned !
  PAD_ATTRIBUTE varchar(9) bin !
COLLATION_CHARACTER_SET_APPLICABILITY
  COLLATION_NAME varchar(64) !
  CHARACTER_SET_NAME varchar(64) !
COLUMNS
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  COLUMN_NAME varchar(64) ci
  ORDINAL_POSITION int unsigned !
  COLUMN_DEFAULT text bin
  IS_NULLABLE varchar(3) !
  DATA_TYPE longtext bin
  CHARACTER_MAXIMUM_LENGTH bigint
  CHARACTER_OCTET_LENGTH bigint
  NUMERIC_PRECISION bigint unsigned
  NUMERIC_SCALE bigint unsigned
  DATETIME_PRECISION int unsigned
  CHARACTER_SET_NAME varchar(64)
  COLLATION_NAME varchar(64)
  COLUMN_TYPE mediumtext bin !
  COLUMN_KEY varchar(3) bin !
  EXTRA varchar(256)
  PRIVILEGES varchar(154)
  COLUMN_COMMENT text bin !
  GENERATION_EXPRESSION longtext bin !
  SRS_ID int unsigned
COLUMNS_EXTENSIONS
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  COLUMN_NAME varchar(64) ci
  ENGINE_ATTRIBUTE json
  SECONDARY_ENGINE_ATTRIBUTE json
COLUMN_PRIVILEGES
  GRANTEE varchar(292) !
  TABLE_CATALOG varchar(512) !
  TABLE_SCHEMA varchar(64) !
  TABLE_NAME varchar(64) !
  COLUMN_NAME varchar(64) !
  PRIVILEGE_TYPE varchar(64) !
  IS_GRANTABLE varchar(3) !
COLUMN_STATISTICS
  SCHEMA_NAME varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  COLUMN_NAME varchar(64) ci !
  HISTOGRAM json !
ENABLED_ROLES
  ROLE_NAME varchar(255) utf8mb4
  ROLE_HOST varchar(255) utf8mb4
  IS_DEFAULT varchar(3)
  IS_MANDATORY varchar(3) !
ENGINES
  ENGINE varchar(64) !
  SUPPORT varchar(8) !
  COMMENT varchar(80) !
  TRANSACTIONS varchar(3)
  XA varchar(3)
  SAVEPOINTS varchar(3)
EVENTS
  EVENT_CATALOG varchar(64) bin !
  EVENT_SCHEMA varchar(64) bin !
  EVENT_NAME varchar(64) !
  DEFINER varchar(288) bin !
  TIME_ZONE varchar(64) bin !
  EVENT_BODY varchar(3) !
  EVENT_DEFINITION longtext bin !
  EVENT_TYPE varchar(9) !
  EXECUTE_AT datetime
  INTERVAL_VALUE varchar(256)
  INTERVAL_FIELD varchar(18) bin
  SQL_MODE varchar(546) bin !
  STARTS datetime
  ENDS datetime
  STATUS varchar(21) bin !
  ON_COMPLETION varchar(12) !
  CREATED timestamp !
  LAST_ALTERED timestamp !
  LAST_EXECUTED datetime
  EVENT_COMMENT varchar(2048) bin !
  ORIGINATOR int unsigned !
  CHARACTER_SET_CLIENT varchar(64) !
  COLLATION_CONNECTION varchar(64) !
  DATABASE_COLLATION varchar(64) !
FILES
  FILE_ID bigint
  FILE_NAME text bin
  FILE_TYPE varchar(256)
  TABLESPACE_NAME varchar(268) bin !
  TABLE_CATALOG varchar(0) !
  TABLE_SCHEMA varbinary(0)
  TABLE_NAME varbinary(0)
  LOGFILE_GROUP_NAME varchar(256)
  LOGFILE_GROUP_NUMBER bigint
  ENGINE varchar(64) !
  FULLTEXT_KEYS varbinary(0)
  DELETED_ROWS varbinary(0)
  UPDATE_COUNT varbinary(0)
  FREE_EXTENTS bigint
  TOTAL_EXTENTS bigint
  EXTENT_SIZE bigint
  INITIAL_SIZE bigint
  MAXIMUM_SIZE bigint
  AUTOEXTEND_SIZE bigint
  CREATION_TIME varbinary(0)
  LAST_UPDATE_TIME varbinary(0)
  LAST_ACCESS_TIME varbinary(0)
  RECOVER_TIME varbinary(0)
  TRANSACTION_COUNTER varbinary(0)
  VERSION bigint
  ROW_FORMAT varchar(256)
  TABLE_ROWS varbinary(0)
  AVG_ROW_LENGTH varbinary(0)
  DATA_LENGTH varbinary(0)
  MAX_DATA_LENGTH varbinary(0)
  INDEX_LENGTH varbinary(0)
  DATA_FREE bigint
  CREATE_TIME varbinary(0)
  UPDATE_TIME varbinary(0)
  CHECK_TIME varbinary(0)
  CHECKSUM varbinary(0)
  STATUS varchar(256)
  EXTRA varchar(256)
JSON_DUALITY_VIEWS
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  DEFINER varchar(288) bin
  SECURITY_TYPE varchar(7) bin
  JSON_COLUMN_NAME varchar(64) ci !
  ROOT_TABLE_CATALOG varchar(64) utf8mb4bin
  ROOT_TABLE_SCHEMA varchar(64) utf8mb4bin
  ROOT_TABLE_NAME varchar(64) utf8mb4bin
  ALLOW_INSERT varchar(4)
  ALLOW_UPDATE varchar(4)
  ALLOW_DELETE varchar(4)
  READ_ONLY varchar(4)
  STATUS varchar(7) !
JSON_DUALITY_VIEW_COLUMNS
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  REFERENCED_TABLE_CATALOG varchar(64) utf8mb4bin
  REFERENCED_TABLE_SCHEMA varchar(64) utf8mb4bin
  REFERENCED_TABLE_NAME varchar(64) utf8mb4bin
  IS_ROOT_TABLE tinyint
  REFERENCED_TABLE_ID int
  REFERENCED_COLUMN_NAME varchar(64) utf8mb4
  JSON_KEY_NAME varchar(64) utf8mb4
  ALLOW_INSERT tinyint
  ALLOW_UPDATE tinyint
  ALLOW_DELETE tinyint
  READ_ONLY tinyint
JSON_DUALITY_VIEW_LINKS
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  PARENT_TABLE_CATALOG varchar(64) utf8mb4bin
  PARENT_TABLE_SCHEMA varchar(64) utf8mb4bin
  PARENT_TABLE_NAME varchar(64) utf8mb4bin
  CHILD_TABLE_CATALOG varchar(64) utf8mb4bin
  CHILD_TABLE_SCHEMA varchar(64) utf8mb4bin
  CHILD_TABLE_NAME varchar(64) utf8mb4bin
  PARENT_COLUMN_NAME varchar(64) utf8mb4
  CHILD_COLUMN_NAME varchar(64) utf8mb4
  JOIN_TYPE varchar(64) utf8mb4
  JSON_KEY_NAME varchar(64) utf8mb4
JSON_DUALITY_VIEW_TABLES
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  REFERENCED_TABLE_CATALOG varchar(64) utf8mb4bin
  REFERENCED_TABLE_SCHEMA varchar(64) utf8mb4bin
  REFERENCED_TABLE_NAME varchar(64) utf8mb4bin
  WHERE_CLAUSE varchar(64) utf8mb4
  ALLOW_INSERT tinyint
  ALLOW_UPDATE tinyint
  ALLOW_DELETE tinyint
  READ_ONLY tinyint
  IS_ROOT_TABLE tinyint
  REFERENCED_TABLE_ID int
  REFERENCED_TABLE_PARENT_ID int
  REFERENCED_TABLE_PARENT_RELATIONSHIP varchar(64) utf8mb4
KEYWORDS
  WORD varchar(128) utf8mb4
  RESERVED int
KEY_COLUMN_USAGE
  CONSTRAINT_CATALOG varchar(64) bin !
  CONSTRAINT_SCHEMA varchar(64) bin !
  CONSTRAINT_NAME varchar(64) ci
  TABLE_CATALOG varchar(64) bin !
  TABLE_SCHEMA varchar(64) bin !
  TABLE_NAME varchar(64) bin !
  COLUMN_NAME varchar(64) ci
  ORDINAL_POSITION int unsigned !
  POSITION_IN_UNIQUE_CONSTRAINT int unsigned
  REFERENCED_TABLE_SCHEMA varchar(64) bin
  REFERENCED_TABLE_NAME varchar(64) bin
  REFERENCED_COLUMN_NAME varchar(64) ci
LIBRARIES
  LIBRARY_CATALOG varchar(64) bin !
  LIBRARY_SCHEMA varchar(64) bin !
  LIBRARY_NAME varchar(64) !
  LIBRARY_DEFINITION longtext bin
  LANGUAGE varchar(64) bin !
  CREATED timestamp !
  LAST_ALTERED timestamp !
  SQL_MODE varchar(546) bin !
  LIBRARY_COMMENT text bin !
  CREATOR varchar(288) bin !
`;
