CREATE TABLE t (a INT, b INT, c INT, d VARCHAR(10), PRIMARY KEY (a, b), KEY kc (c, b), KEY kd (d))
---
ok: 0 affected

INSERT INTO t WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT i DIV 20, i % 20, i % 7, CONCAT('v', i % 30) FROM n
---
ok: 200 affected; Records: 200  Duplicates: 0  Warnings: 0

SELECT COUNT(*) FROM t WHERE a = 3
---
COUNT(*)
20

SELECT * FROM t WHERE a = 3 AND b = 5
---
a	b	c	d
3	5	2	v5

SELECT a, b FROM t WHERE a = 3 AND b BETWEEN 4 AND 6
---
a	b
3	4
3	5
3	6

SELECT a, b FROM t WHERE a IN (1, 2) AND b = 3
---
a	b
1	3
2	3

SELECT COUNT(*) FROM t WHERE c = 3
---
COUNT(*)
29

SELECT a, b FROM t WHERE c = 3 AND b > 17
---
a	b
1	18
2	19
8	18
9	19

SELECT COUNT(*) FROM t WHERE c > 3 AND c < 6
---
COUNT(*)
57

SELECT COUNT(*) FROM t WHERE d = 'v7'
---
COUNT(*)
7

SELECT COUNT(*) FROM t WHERE d IN ('v7', 'V8', 'nope')
---
COUNT(*)
14

SELECT COUNT(*) FROM t WHERE d LIKE 'v1%'
---
COUNT(*)
77

SELECT COUNT(*) FROM t WHERE c = 1 OR c = 2
---
COUNT(*)
58

SELECT COUNT(*) FROM t WHERE a = 3 OR c = 2
---
COUNT(*)
46

SELECT a, b FROM t ORDER BY a DESC, b DESC LIMIT 3
---
a	b
10	0
9	19
9	18

SELECT a, b FROM t WHERE a = 4 ORDER BY b DESC LIMIT 2
---
a	b
4	19
4	18

SELECT c, b, a FROM t ORDER BY c, b, a LIMIT 4
---
c	b	a
0	0	7
0	1	1
0	1	8
0	2	2

SELECT MIN(c), MAX(c), MIN(d), MAX(d) FROM t
---
MIN(c)	MAX(c)	MIN(d)	MAX(d)
0	6	v0	v9

SELECT c, COUNT(*) FROM t GROUP BY c
---
c	COUNT(*)
0	28
1	29
2	29
3	29
4	29
5	28
6	28

SELECT x.a, y.b FROM t x JOIN t y ON y.a = x.a AND y.b = x.b + 1 WHERE x.c = 0 AND x.a < 4
---
a	b
0	15
0	8
1	16
1	2
1	9
2	10
2	17
2	3
3	11
3	18
3	4

SELECT COUNT(*) FROM t x JOIN t y ON x.c = y.c
---
COUNT(*)
5716

SELECT COUNT(*) FROM t x JOIN t y ON x.d = y.d AND x.a < y.a
---
COUNT(*)
570

UPDATE t SET c = c + 100 WHERE c = 3
---
ok: 29 affected; Rows matched: 29  Changed: 29  Warnings: 0

SELECT COUNT(*) FROM t WHERE c = 103
---
COUNT(*)
29

DELETE FROM t WHERE c BETWEEN 4 AND 5
---
ok: 57 affected

SELECT COUNT(*) FROM t
---
COUNT(*)
143

SELECT COUNT(*) FROM t WHERE c IS NULL
---
COUNT(*)
0

UPDATE t SET d = NULL WHERE a = 1
---
ok: 15 affected; Rows matched: 15  Changed: 15  Warnings: 0

SELECT COUNT(*) FROM t WHERE d IS NULL
---
COUNT(*)
15

SELECT COUNT(*) FROM t WHERE d IS NOT NULL
---
COUNT(*)
128
