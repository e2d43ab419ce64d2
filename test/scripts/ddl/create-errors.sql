CREATE TABLE t (a INT)
---
ok: 0 affected

CREATE TABLE t (a INT)
---
error 1050: Table 't' already exists

CREATE TABLE IF NOT EXISTS t (a INT)
---
ok: 0 affected, 1 warnings

CREATE TABLE e1 (a INT, A INT)
---
error 1060: Duplicate column name 'A'

CREATE TABLE e2 (a INT PRIMARY KEY, b INT PRIMARY KEY)
---
error 1068: Multiple primary key defined

CREATE TABLE e3 (a INT AUTO_INCREMENT)
---
error 1075: Incorrect table definition; there can be only one auto column and it must be defined as a key

CREATE TABLE e4 (a INT, KEY k (a), KEY k (a))
---
error 1061: Duplicate key name 'k'

CREATE TABLE e5 (a INT, KEY (b))
---
error 1072: Key column 'b' doesn't exist in table

CREATE TABLE e6 (a TEXT, KEY (a))
---
error 1170: BLOB/TEXT column 'a' used in key specification without a key length

CREATE TABLE e7 (a INT NULL PRIMARY KEY)
---
error 1171: All parts of a PRIMARY KEY must be NOT NULL; if you need NULL in a key, use UNIQUE instead

CREATE TABLE e8 (a INT NULL, PRIMARY KEY (a))
---
error 1171: All parts of a PRIMARY KEY must be NOT NULL; if you need NULL in a key, use UNIQUE instead

CREATE TABLE e9 (a INT DEFAULT 'x')
---
error 1067: Invalid default value for 'a'

CREATE TABLE e10 (a TEXT DEFAULT 'x')
---
error 1101: BLOB, TEXT, GEOMETRY or JSON column 'a' can't have a default value

CREATE TABLE e11 (a VARCHAR(70000))
---
error 1074: Column length too big for column 'a' (max = 16383); use BLOB or TEXT instead

CREATE TABLE e12 (a DECIMAL(70,2))
---
error 1426: Too-big precision 70 specified for 'a'. Maximum is 65.

CREATE TABLE e13 (a DECIMAL(10,40))
---
error 1425: Too big scale 40 specified for column 'a'. Maximum is 30.

CREATE TABLE e14 (a DECIMAL(5,6))
---
error 1427: For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column 'a').

CREATE TABLE e15 (a ENUM('x','x'))
---
error 1291: Column 'a' has duplicated value 'x' in ENUM

CREATE TABLE e16 (a VARCHAR(1000), KEY (a))
---
error 1071: Specified key was too long; max key length is 3072 bytes

CREATE TABLE e17 (a CHAR(300))
---
error 1074: Column length too big for column 'a' (max = 255); use BLOB or TEXT instead

CREATE TABLE e18 (a DATETIME(7))
---
error 1426: Too-big precision 7 specified for 'a'. Maximum is 6.

CREATE TABLE e19 (a VARCHAR(10) AUTO_INCREMENT PRIMARY KEY)
---
error 1063: Incorrect column specifier for column 'a'

CREATE TABLE e20 (a INT, b INT, KEY (a, a))
---
error 1060: Duplicate column name 'a'

CREATE TABLE e21 (a INT KEY, b VARCHAR(10), KEY (b(20)))
---
error 1089: Incorrect prefix key; the used key part isn't a string, the used length is longer than the key part, or the storage engine doesn't support unique prefix keys

CREATE TABLE e22 (a INT, KEY (a(5)))
---
error 1089: Incorrect prefix key; the used key part isn't a string, the used length is longer than the key part, or the storage engine doesn't support unique prefix keys

CREATE TABLE e23 (a INT NOT NULL DEFAULT NULL)
---
error 1067: Invalid default value for 'a'

CREATE TABLE e24 (a JSON, KEY (a))
---
error 3152: JSON column 'a' supports indexing only via generated columns on a specified JSON path.

CREATE TABLE e25 (a BIT(65))
---
error 1439: Display width out of range for column 'a' (max = 64)

CREATE TABLE e26 (a DATE DEFAULT '2024-02-30')
---
error 1067: Invalid default value for 'a'

CREATE TABLE e27 (a INT ON UPDATE CURRENT_TIMESTAMP)
---
error 1294: Invalid ON UPDATE clause for 'a' column

CREATE TABLE e28 (a VARCHAR(10) CHARACTER SET latin1 COLLATE utf8mb4_bin)
---
error 1253: COLLATION 'utf8mb4_bin' is not valid for CHARACTER SET 'latin1'

CREATE TABLE e29 (a VARCHAR(10) COLLATE nope)
---
error 1273: Unknown collation: 'nope'

CREATE TABLE e30 (a INT, CHECK (b > 1))
---
error 3820: Check constraint 'e30_chk_1' refers to non-existing column 'b'.

CREATE TABLE e31 (a INT AUTO_INCREMENT PRIMARY KEY, b INT AUTO_INCREMENT UNIQUE)
---
error 1075: Incorrect table definition; there can be only one auto column and it must be defined as a key

CREATE TABLE e32 (a INT) ENGINE = nope
---
error 1286: Unknown storage engine 'nope'

CREATE TABLE nodb.t (a INT)
---
error 1049: Unknown database 'nodb'

DROP TABLE nope
---
error 1051: Unknown table 'test.nope'

DROP TABLE IF EXISTS nope
---
ok: 0 affected, 1 warnings

DROP TABLE t, nope
---
error 1051: Unknown table 'test.nope'

SHOW TABLES
---
Tables_in_test
t

DROP DATABASE nope
---
error 1008: Can't drop database 'nope'; database doesn't exist

CREATE DATABASE test
---
error 1007: Can't create database 'test'; database exists

DROP DATABASE IF EXISTS nope
---
ok: 0 affected, 1 warnings

CREATE TABLE e33 (a INT UNSIGNED ZEROFILL, b INT(5), c FLOAT(7,2))
---
ok: 0 affected, 3 warnings
