CREATE TABLE t (id INT PRIMARY KEY, a INT)
---
ok: 0 affected

START TRANSACTION
---
ok: 0 affected

INSERT INTO t VALUES (1, 1)
---
ok: 1 affected

SELECT * FROM t
---
id	a
1	1

ROLLBACK
---
ok: 0 affected

SELECT * FROM t
---
id	a

BEGIN
---
ok: 0 affected

INSERT INTO t VALUES (2, 2)
---
ok: 1 affected

SAVEPOINT s1
---
ok: 0 affected

INSERT INTO t VALUES (3, 3)
---
ok: 1 affected

SAVEPOINT s2
---
ok: 0 affected

INSERT INTO t VALUES (4, 4)
---
ok: 1 affected

ROLLBACK TO s1
---
ok: 0 affected

SELECT * FROM t
---
id	a
2	2

ROLLBACK TO s2
---
error 1305: SAVEPOINT s2 does not exist

RELEASE SAVEPOINT s1
---
ok: 0 affected

COMMIT
---
ok: 0 affected

SELECT * FROM t
---
id	a
2	2

SET autocommit = 0
---
ok: 0 affected

INSERT INTO t VALUES (5, 5)
---
ok: 1 affected

ROLLBACK
---
ok: 0 affected

SELECT * FROM t
---
id	a
2	2

SET autocommit = 1
---
ok: 0 affected

BEGIN
---
ok: 0 affected

INSERT INTO t VALUES (6, 6), (2, 9)
---
error 1062: Duplicate entry '2' for key 't.PRIMARY'

SELECT * FROM t
---
id	a
2	2

COMMIT
---
ok: 0 affected

SELECT * FROM t
---
id	a
2	2

START TRANSACTION READ ONLY
---
ok: 0 affected

INSERT INTO t VALUES (7, 7)
---
error 1792: Cannot execute statement in a READ ONLY transaction.

COMMIT
---
ok: 0 affected
