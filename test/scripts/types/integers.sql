CREATE TABLE t (a TINYINT, b TINYINT UNSIGNED, c SMALLINT, d MEDIUMINT, e INT UNSIGNED, f BIGINT, g BIGINT UNSIGNED)
---
ok: 0 affected

INSERT INTO t VALUES (-128, 255, 32767, 8388607, 4294967295, -9223372036854775808, 18446744073709551615)
---
ok: 1 affected

SELECT * FROM t
---
a	b	c	d	e	f	g
-128	255	32767	8388607	4294967295	-9223372036854775808	18446744073709551615

INSERT INTO t (a) VALUES (128)
---
error 1264: Out of range value for column 'a' at row 1

INSERT INTO t (b) VALUES (-1)
---
error 1264: Out of range value for column 'b' at row 1

INSERT INTO t (a) VALUES ('12')
---
ok: 1 affected

INSERT INTO t (a) VALUES (12.5)
---
ok: 1 affected

INSERT INTO t (a) VALUES ('12abc')
---
error 1265: Data truncated for column 'a' at row 1

SELECT a FROM t
---
a
-128
12
13

SELECT g + 1 FROM t
---
error 1690: BIGINT UNSIGNED value is out of range in '(`test`.`t`.`g` + 1)'

SELECT f - 1 FROM t
---
error 1690: BIGINT value is out of range in '(`test`.`t`.`f` - 1)'

SELECT * FROM t WHERE g = 18446744073709551615
---
a	b	c	d	e	f	g
-128	255	32767	8388607	4294967295	-9223372036854775808	18446744073709551615

SELECT MAX(g), MIN(f), SUM(g) FROM t
---
MAX(g)	MIN(f)	SUM(g)
18446744073709551615	-9223372036854775808	18446744073709551615

SELECT a FROM t WHERE a > -200
---
a
-128
12
13

SELECT e FROM t ORDER BY e
---
e
NULL
NULL
4294967295
