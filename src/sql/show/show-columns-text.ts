/** The columns of every SHOW result, as MySQL names and types them. `_$` stands for a blank in a name. */
import type { VirtualColumn } from "../../engine/virtual-table.ts";
import { parseTables } from "../information-schema/column-text.ts";

const TEXT = `
create-table
  Table varchar(64) utf8mb4 !
  Create_$Table varchar(1024) utf8mb4 !
create-view
  View varchar(64) utf8mb4 !
  Create_$View varchar(1024) utf8mb4 !
  character_set_client varchar(32) utf8mb4 !
  collation_connection varchar(32) utf8mb4 !
create-database
  Database varchar(64) utf8mb4 !
  Create_$Database varchar(1024) utf8mb4 !
table-status
  Name varchar(64) bin !
  Engine varchar(64)
  Version int
  Row_format varchar(10)
  Rows bigint unsigned
  Avg_row_length bigint unsigned
  Data_length bigint unsigned
  Max_data_length bigint unsigned
  Index_length bigint unsigned
  Data_free bigint unsigned
  Auto_increment bigint unsigned
  Create_time timestamp !
  Update_time datetime
  Check_time datetime
  Collation varchar(64)
  Checksum bigint
  Create_options varchar(256)
  Comment text
columns
  Field varchar(64)
  Type mediumtext !
  Null varchar(3) !
  Key varchar(3) !
  Default text
  Extra varchar(256)
full-columns
  Field varchar(64)
  Type mediumtext !
  Collation varchar(64)
  Null varchar(3) !
  Key varchar(3) !
  Default text
  Extra varchar(256)
  Privileges varchar(154)
  Comment text !
index
  Table varchar(64) bin !
  Non_unique int !
  Key_name varchar(64)
  Seq_in_index int unsigned !
  Column_name varchar(64)
  Collation varchar(1)
  Cardinality bigint
  Sub_part bigint
  Packed varbinary(0)
  Null varchar(3) !
  Index_type varchar(11) !
  Comment varchar(8) !
  Index_comment varchar(2048) !
  Visible varchar(3) !
  Expression longtext
variables
  Variable_name varchar(64) utf8mb4 !
  Value varchar(1024) utf8mb4
conditions
  Level varchar(7) utf8mb4 !
  Code int unsigned !
  Message varchar(512) utf8mb4 !
engines
  Engine varchar(64) !
  Support varchar(8) !
  Comment varchar(80) !
  Transactions varchar(3)
  XA varchar(3)
  Savepoints varchar(3)
collation
  Collation varchar(64) !
  Charset varchar(64) !
  Id bigint unsigned !
  Default varchar(3) !
  Compiled varchar(3) !
  Sortlen int unsigned !
  Pad_attribute varchar(9) !
character-set
  Charset varchar(64) !
  Description varchar(2048) !
  Default_$collation varchar(64) !
  Maxlen int unsigned !
processlist
  Id bigint unsigned !
  User varchar(32) utf8mb4 !
  Host varchar(255) utf8mb4 !
  db varchar(64) utf8mb4
  Command varchar(16) utf8mb4 !
  Time int !
  State varchar(30) utf8mb4
  Info varchar(100) utf8mb4
full-processlist
  Id bigint unsigned !
  User varchar(32) utf8mb4 !
  Host varchar(255) utf8mb4 !
  db varchar(64) utf8mb4
  Command varchar(16) utf8mb4 !
  Time int !
  State varchar(30) utf8mb4
  Info longtext utf8mb4
triggers
  Trigger varchar(64) !
  Event varchar(6) !
  Table varchar(64) bin !
  Statement longtext !
  Timing varchar(6) !
  Created timestamp(2) !
  sql_mode varchar(546) !
  Definer varchar(288) !
  character_set_client varchar(64) !
  collation_connection varchar(64) !
  Database_$Collation varchar(64) !
routines
  Db varchar(64) bin !
  Name varchar(64) !
  Type varchar(9) !
  Language varchar(64) !
  Definer varchar(288) !
  Modified timestamp !
  Created timestamp !
  Security_type varchar(7) !
  Comment text !
  character_set_client varchar(64) !
  collation_connection varchar(64) !
  Database_$Collation varchar(64) !
events
  Db varchar(64) bin !
  Name varchar(64) !
  Definer varchar(288) !
  Time_$zone varchar(64) !
  Type varchar(9) !
  Execute_$at datetime
  Interval_$value varchar(256)
  Interval_$field varchar(18)
  Starts datetime
  Ends datetime
  Status varchar(21) !
  Originator int unsigned !
  character_set_client varchar(64) !
  collation_connection varchar(64) !
  Database_$Collation varchar(64) !
plugins
  Name varchar(64) !
  Status varchar(10) !
  Type varchar(80) !
  Library varchar(64)
  License varchar(80)
privileges
  Privilege varchar(10) utf8mb4 !
  Context varchar(15) utf8mb4 !
  Comment varchar(64) utf8mb4 !
open-tables
  Database varchar(64) !
  Table varchar(64) !
  In_use bigint !
  Name_locked bigint !
binary-log-status
  File varchar(512) utf8mb4 !
  Position bigint unsigned !
  Binlog_Do_DB varchar(255) utf8mb4 !
  Binlog_Ignore_DB varchar(255) utf8mb4 !
  Executed_Gtid_Set varchar(43) utf8mb4 !
log-events
  Log_name varchar(20) utf8mb4 !
  Pos bigint unsigned !
  Event_type varchar(20) utf8mb4 !
  Server_id int unsigned !
  End_log_pos bigint unsigned !
  Info varchar(20) utf8mb4 !
replicas
  Server_Id int unsigned !
  Host varchar(255) utf8mb4 !
  Port int unsigned !
  Source_Id int unsigned !
  Replica_UUID varchar(36) utf8mb4 !
replica-status
  Replica_IO_State varchar(14) utf8mb4 !
  Source_Host varchar(256) utf8mb4 !
  Source_User varchar(97) utf8mb4 !
  Source_Port int unsigned !
  Connect_Retry int unsigned !
  Source_Log_File varchar(512) utf8mb4 !
  Read_Source_Log_Pos bigint unsigned !
  Relay_Log_File varchar(512) utf8mb4 !
  Relay_Log_Pos bigint unsigned !
  Replica_IO_Running varchar(3) utf8mb4 !
  Replica_SQL_Running varchar(3) utf8mb4 !
  Last_Errno int unsigned !
  Last_Error varchar(20) utf8mb4 !
  Seconds_Behind_Source bigint unsigned !
profiles
  Query_ID int unsigned !
  Duration double !
  Query varchar(40) utf8mb4 !
profile
  Status varchar(30) !
  Duration decimal(9,6) !
`;

const COLUMNS: ReadonlyMap<string, readonly VirtualColumn[]> = parseTables(TEXT);

export function showColumns(name: string): readonly VirtualColumn[] {
  return COLUMNS.get(name) ?? [];
}
