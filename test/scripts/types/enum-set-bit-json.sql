CREATE TABLE t (a ENUM('red','green','blue'), b SET('x','y','z'), c BIT(8), d JSON, e BOOL)
---
ok: 0 affected

INSERT INTO t VALUES ('green', 'x,z', b'101', '{"k": [1, 2]}', TRUE)
---
ok: 1 affected

INSERT INTO t VALUES (3, 3, 5, '[]', 0)
---
ok: 1 affected

INSERT INTO t (a) VALUES ('nope')
---
error 1265: Data truncated for column 'a' at row 1

INSERT INTO t (b) VALUES ('x,nope')
---
error 1265: Data truncated for column 'b' at row 1

INSERT INTO t (c) VALUES (256)
---
error 1406: Data too long for column 'c' at row 1

SELECT a, b, c + 0, d, e FROM t
---
a	b	c + 0	d	e
blue	x,y	5	[]	0
green	x,z	5	{"k": [1, 2]}	1

SELECT a + 0, b + 0 FROM t
---
a + 0	b + 0
2	5
3	3

SELECT a FROM t WHERE a = 'GREEN'
---
a
green

SELECT a FROM t ORDER BY a DESC
---
a
blue
green

SELECT d->'$.k', d->>'$.k[0]' FROM t
---
d->'$.k'	d->>'$.k[0]'
NULL	NULL
[1, 2]	1

SELECT a FROM t WHERE FIND_IN_SET('z', b)
---
a
green

SELECT a, COUNT(*) FROM t GROUP BY a
---
a	COUNT(*)
blue	1
green	1

SELECT a FROM t WHERE a > 1
---
a
blue
green
