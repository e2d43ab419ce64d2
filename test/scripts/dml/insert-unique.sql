CREATE TABLE u (a INT, b VARCHAR(10), c INT, UNIQUE ab (a, b), UNIQUE (c))
---
ok: 0 affected

INSERT INTO u VALUES (1, 'x', 1)
---
ok: 1 affected

INSERT INTO u VALUES (1, 'X', 2)
---
error 1062: Duplicate entry '1-X' for key 'u.ab'

INSERT INTO u VALUES (2, 'x', 1)
---
error 1062: Duplicate entry '1' for key 'u.c'

INSERT INTO u VALUES (NULL, 'x', NULL), (NULL, 'x', NULL)
---
ok: 2 affected; Records: 2  Duplicates: 0  Warnings: 0

INSERT INTO u VALUES (5, 'y', 5), (6, 'z', 5)
---
error 1062: Duplicate entry '5' for key 'u.c'

SELECT * FROM u
---
a	b	c
1	x	1
NULL	x	NULL
NULL	x	NULL

UPDATE u SET c = 1 WHERE a = 1
---
ok: 0 affected; Rows matched: 1  Changed: 0  Warnings: 0

UPDATE u SET c = 1
---
error 1062: Duplicate entry '1' for key 'u.c'

UPDATE IGNORE u SET c = 1
---
ok: 0 affected, 2 warnings; Rows matched: 3  Changed: 0  Warnings: 2

SELECT COUNT(*) FROM u WHERE c = 1
---
COUNT(*)
1

REPLACE INTO u VALUES (1, 'x', 1)
---
ok: 2 affected

DELETE FROM u WHERE c = 1
---
ok: 1 affected

SELECT COUNT(*) FROM u
---
COUNT(*)
2
