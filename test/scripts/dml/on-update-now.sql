CREATE TABLE t (id INT PRIMARY KEY, a INT, u DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)
---
ok: 0 affected

SET timestamp = 1700000000
---
ok: 0 affected

INSERT INTO t (id, a) VALUES (1, 1), (2, 2)
---
ok: 2 affected; Records: 2  Duplicates: 0  Warnings: 0

SELECT * FROM t
---
id	a	u
1	1	2023-11-14 22:13:20
2	2	2023-11-14 22:13:20

SET timestamp = 1700000100
---
ok: 0 affected

UPDATE t SET a = 5 WHERE id = 1
---
ok: 1 affected; Rows matched: 1  Changed: 1  Warnings: 0

UPDATE t SET a = 2 WHERE id = 2
---
ok: 0 affected; Rows matched: 1  Changed: 0  Warnings: 0

SELECT * FROM t
---
id	a	u
1	5	2023-11-14 22:15:00
2	2	2023-11-14 22:13:20

UPDATE t SET u = '2020-01-01' WHERE id = 1
---
ok: 1 affected; Rows matched: 1  Changed: 1  Warnings: 0

SELECT * FROM t
---
id	a	u
1	5	2020-01-01 00:00:00
2	2	2023-11-14 22:13:20

INSERT INTO t (id, a) VALUES (1, 9) ON DUPLICATE KEY UPDATE a = 10
---
ok: 2 affected

SELECT * FROM t
---
id	a	u
1	10	2023-11-14 22:15:00
2	2	2023-11-14 22:13:20
