CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))
---
ok: 0 affected

INSERT INTO t VALUES (1,10,'x'),(2,20,'y'),(3,20,'z'),(4,NULL,'x'),(5,50,NULL)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

TRUNCATE TABLE t
---
ok: 0 affected

SELECT COUNT(*) FROM t
---
COUNT(*)
0

TRUNCATE nope
---
error 1146: Table 'test.nope' doesn't exist

CREATE TABLE ai (id INT AUTO_INCREMENT PRIMARY KEY, x INT UNIQUE)
---
ok: 0 affected

INSERT INTO ai (x) VALUES (1),(2),(3)
---
ok: 3 affected; Records: 3  Duplicates: 0  Warnings: 0

REPLACE INTO ai (x) VALUES (2),(9)
---
ok: 3 affected; Records: 2  Duplicates: 1  Warnings: 0

SELECT * FROM ai
---
id	x
1	1
3	3
4	2
5	9

TRUNCATE ai
---
ok: 0 affected

INSERT INTO ai (x) VALUES (5)
---
ok: 1 affected

SELECT * FROM ai
---
id	x
1	5
