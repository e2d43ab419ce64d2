CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))
---
ok: 0 affected

INSERT INTO t VALUES (1,10,'x'),(2,20,'y'),(3,20,'z'),(4,NULL,'x'),(5,50,NULL)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

SELECT 1/0
---
1/0
NULL

SHOW WARNINGS
---
Level	Code	Message
Warning	1365	Division by 0

SELECT 'abc' + 1
---
'abc' + 1
1

SHOW WARNINGS
---
Level	Code	Message
Warning	1292	Truncated incorrect DOUBLE value: 'abc'

INSERT IGNORE INTO t VALUES (1, 1, 'x')
---
ok: 0 affected, 1 warnings

SHOW WARNINGS
---
Level	Code	Message
Warning	1062	Duplicate entry '1' for key 't.PRIMARY'

SET sql_mode = ''
---
ok: 0 affected

INSERT INTO t VALUES (20, 'abc', 'a string that is too long for b')
---
ok: 1 affected, 2 warnings

SHOW WARNINGS
---
Level	Code	Message
Warning	1366	Incorrect integer value: 'abc' for column 'a' at row 1
Warning	1265	Data truncated for column 'b' at row 1

SELECT * FROM t WHERE id = 20
---
id	a	b
20	0	a string that is too

INSERT INTO t (a) VALUES (1)
---
ok: 1 affected, 1 warnings

SHOW WARNINGS
---
Level	Code	Message
Warning	1364	Field 'id' doesn't have a default value

UPDATE t SET id = NULL WHERE id = 20
---
error 1062: Duplicate entry '0' for key 't.PRIMARY'

SHOW WARNINGS
---
Level	Code	Message
Warning	1048	Column 'id' cannot be null
Error	1062	Duplicate entry '0' for key 't.PRIMARY'

CREATE TABLE IF NOT EXISTS t (a INT)
---
ok: 0 affected, 1 warnings

SHOW WARNINGS
---
Level	Code	Message
Note	1050	Table 't' already exists

DROP TABLE IF EXISTS n1, n2
---
ok: 0 affected, 2 warnings

SHOW WARNINGS
---
Level	Code	Message
Note	1051	Unknown table 'test.n1'
Note	1051	Unknown table 'test.n2'

SELECT nope
---
error 1054: Unknown column 'nope' in 'field list'

SHOW ERRORS
---
Level	Code	Message
Error	1054	Unknown column 'nope' in 'field list'
