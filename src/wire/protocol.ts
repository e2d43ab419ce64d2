/** The numbers of the MySQL client/server protocol 4.1: capabilities, commands, status flags, column types. */

const CLIENT_LONG_PASSWORD = 1;
export const CLIENT_FOUND_ROWS: number = 1 << 1;
const CLIENT_LONG_FLAG: number = 1 << 2;
export const CLIENT_CONNECT_WITH_DB: number = 1 << 3;
const CLIENT_NO_SCHEMA: number = 1 << 4;
const CLIENT_ODBC: number = 1 << 6;
export const CLIENT_LOCAL_FILES: number = 1 << 7;
export const CLIENT_IGNORE_SPACE: number = 1 << 8;
export const CLIENT_PROTOCOL_41: number = 1 << 9;
export const CLIENT_INTERACTIVE: number = 1 << 10;
export const CLIENT_SSL: number = 1 << 11;
const CLIENT_IGNORE_SIGPIPE: number = 1 << 12;
const CLIENT_TRANSACTIONS: number = 1 << 13;
const CLIENT_RESERVED: number = 1 << 14;
export const CLIENT_SECURE_CONNECTION: number = 1 << 15;
export const CLIENT_MULTI_STATEMENTS: number = 1 << 16;
const CLIENT_MULTI_RESULTS: number = 1 << 17;
const CLIENT_PS_MULTI_RESULTS: number = 1 << 18;
export const CLIENT_PLUGIN_AUTH: number = 1 << 19;
export const CLIENT_CONNECT_ATTRS: number = 1 << 20;
export const CLIENT_PLUGIN_AUTH_LENENC_DATA: number = 1 << 21;
const CLIENT_CAN_HANDLE_EXPIRED_PASSWORDS: number = 1 << 22;
export const CLIENT_SESSION_TRACK: number = 1 << 23;
export const CLIENT_DEPRECATE_EOF: number = 1 << 24;
export const CLIENT_QUERY_ATTRIBUTES: number = 1 << 27;

/** What the server offers. Not offered: compression, optional metadata, multi-factor authentication, ODBC quirks. */
export const SERVER_CAPABILITIES: number =
  CLIENT_LONG_PASSWORD |
  CLIENT_FOUND_ROWS |
  CLIENT_LONG_FLAG |
  CLIENT_CONNECT_WITH_DB |
  CLIENT_NO_SCHEMA |
  CLIENT_ODBC |
  CLIENT_LOCAL_FILES |
  CLIENT_IGNORE_SPACE |
  CLIENT_PROTOCOL_41 |
  CLIENT_INTERACTIVE |
  CLIENT_IGNORE_SIGPIPE |
  CLIENT_TRANSACTIONS |
  CLIENT_RESERVED |
  CLIENT_SECURE_CONNECTION |
  CLIENT_MULTI_STATEMENTS |
  CLIENT_MULTI_RESULTS |
  CLIENT_PS_MULTI_RESULTS |
  CLIENT_PLUGIN_AUTH |
  CLIENT_CONNECT_ATTRS |
  CLIENT_PLUGIN_AUTH_LENENC_DATA |
  CLIENT_CAN_HANDLE_EXPIRED_PASSWORDS |
  CLIENT_SESSION_TRACK |
  CLIENT_DEPRECATE_EOF |
  CLIENT_QUERY_ATTRIBUTES;

export const COM_QUIT = 0x01;
export const COM_INIT_DB = 0x02;
export const COM_QUERY = 0x03;
export const COM_FIELD_LIST = 0x04;
export const COM_STATISTICS = 0x09;
export const COM_PROCESS_INFO = 0x0a;
export const COM_PROCESS_KILL = 0x0c;
export const COM_DEBUG = 0x0d;
export const COM_PING = 0x0e;
export const COM_CHANGE_USER = 0x11;
export const COM_STMT_PREPARE = 0x16;
export const COM_STMT_EXECUTE = 0x17;
export const COM_STMT_SEND_LONG_DATA = 0x18;
export const COM_STMT_CLOSE = 0x19;
export const COM_STMT_RESET = 0x1a;
export const COM_SET_OPTION = 0x1b;
export const COM_STMT_FETCH = 0x1c;
export const COM_RESET_CONNECTION = 0x1f;

export const SERVER_STATUS_IN_TRANS = 1;
export const SERVER_STATUS_AUTOCOMMIT: number = 1 << 1;
export const SERVER_MORE_RESULTS_EXISTS: number = 1 << 3;
export const SERVER_STATUS_CURSOR_EXISTS: number = 1 << 6;
export const SERVER_STATUS_LAST_ROW_SENT: number = 1 << 7;
export const SERVER_STATUS_NO_BACKSLASH_ESCAPES: number = 1 << 9;
export const SERVER_STATUS_IN_TRANS_READONLY: number = 1 << 13;
export const SERVER_SESSION_STATE_CHANGED: number = 1 << 14;

export const SESSION_TRACK_SYSTEM_VARIABLES = 0;
export const SESSION_TRACK_SCHEMA = 1;

export const TYPE_DECIMAL = 0;
export const TYPE_TINY = 1;
export const TYPE_SHORT = 2;
export const TYPE_LONG = 3;
export const TYPE_FLOAT = 4;
export const TYPE_DOUBLE = 5;
export const TYPE_NULL = 6;
export const TYPE_TIMESTAMP = 7;
export const TYPE_LONGLONG = 8;
export const TYPE_INT24 = 9;
export const TYPE_DATE = 10;
export const TYPE_TIME = 11;
export const TYPE_DATETIME = 12;
export const TYPE_YEAR = 13;
export const TYPE_NEWDATE = 14;
export const TYPE_VARCHAR = 15;
export const TYPE_BIT = 16;
export const TYPE_BOOL = 244;
export const TYPE_JSON = 245;
export const TYPE_NEWDECIMAL = 246;
export const TYPE_ENUM = 247;
export const TYPE_SET = 248;
export const TYPE_TINY_BLOB = 249;
export const TYPE_MEDIUM_BLOB = 250;
export const TYPE_LONG_BLOB = 251;
export const TYPE_BLOB = 252;
export const TYPE_VAR_STRING = 253;
export const TYPE_STRING = 254;
export const TYPE_GEOMETRY = 255;

/** The largest payload of one packet; a longer message goes on in the next packet. */
export const PACKET_PAYLOAD_MAX = 0xffffff;
export const PACKET_HEADER_SIZE = 4;
/** Length of the random challenge of both password plugins. */
export const NONCE_SIZE = 20;

export const BINARY_COLLATION_ID = 63;
export const UTF8MB4_COLLATION_ID = 255;
