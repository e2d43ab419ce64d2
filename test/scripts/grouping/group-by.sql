CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))
---
ok: 0 affected

INSERT INTO t VALUES (1,10,'x'),(2,20,'y'),(3,20,'z'),(4,NULL,'x'),(5,50,NULL)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

SELECT a, COUNT(*) FROM t GROUP BY a
---
a	COUNT(*)
10	1
20	2
50	1
NULL	1

SELECT b, SUM(a), AVG(a), MIN(a), MAX(a) FROM t GROUP BY b
---
b	SUM(a)	AVG(a)	MIN(a)	MAX(a)
NULL	50	50.0000	50	50
x	10	10.0000	10	10
y	20	20.0000	20	20
z	20	20.0000	20	20

SELECT a, COUNT(*) c FROM t GROUP BY a HAVING c > 1
---
a	c
20	2

SELECT a, COUNT(*) FROM t GROUP BY a HAVING COUNT(*) > 1 ORDER BY a
---
a	COUNT(*)
20	2

SELECT a+1 AS k, COUNT(*) FROM t GROUP BY k
---
k	COUNT(*)
11	1
21	2
51	1
NULL	1

SELECT a+1, COUNT(*) FROM t GROUP BY a+1
---
a+1	COUNT(*)
11	1
21	2
51	1
NULL	1

SELECT COUNT(*), COUNT(a), SUM(a) FROM t
---
COUNT(*)	COUNT(a)	SUM(a)
5	4	100

SELECT COUNT(*), SUM(a) FROM t WHERE id > 100
---
COUNT(*)	SUM(a)
0	NULL

SELECT a FROM t WHERE id > 100 GROUP BY a
---
a

SELECT b FROM t GROUP BY a
---
error 1055: Expression #1 of SELECT list is not in GROUP BY clause and contains nonaggregated column 'test.t.b' which is not functionally dependent on columns in GROUP BY clause; this is incompatible with sql_mode=only_full_group_by

SELECT id, a FROM t GROUP BY id
---
id	a
1	10
2	20
3	20
4	NULL
5	50

SELECT a, b FROM t GROUP BY a
---
error 1055: Expression #2 of SELECT list is not in GROUP BY clause and contains nonaggregated column 'test.t.b' which is not functionally dependent on columns in GROUP BY clause; this is incompatible with sql_mode=only_full_group_by

SELECT a, COUNT(*) FROM t
---
error 1140: In aggregated query without GROUP BY, expression #1 of SELECT list contains nonaggregated column 'test.t.a'; this is incompatible with sql_mode=only_full_group_by

SELECT a FROM t HAVING a > 15
---
a
20
20
50

SELECT id FROM t HAVING a > 15
---
error 1054: Unknown column 'a' in 'having clause'

SELECT MAX(a) FROM t HAVING MAX(a) > 100
---
MAX(a)

SELECT a FROM t GROUP BY 1 ORDER BY 1
---
a
NULL
10
20
50

SELECT a, GROUP_CONCAT(b ORDER BY b) FROM t GROUP BY a ORDER BY a
---
a	GROUP_CONCAT(b ORDER BY b)
NULL	x
10	x
20	y,z
50	NULL

SELECT COUNT(*) FROM t GROUP BY a ORDER BY COUNT(*) DESC, a
---
COUNT(*)
2
1
1
1

SELECT SUM(COUNT(*)) FROM t
---
error 1111: Invalid use of group function

SELECT id FROM t WHERE COUNT(*) > 1
---
error 1111: Invalid use of group function

SELECT MAX(id) + MIN(id) FROM t
---
MAX(id) + MIN(id)
6

SELECT a, SUM(id) FROM t GROUP BY a WITH ROLLUP
---
a	SUM(id)
10	1
20	5
50	5
NULL	15
NULL	4

SELECT a, b, COUNT(*) FROM t GROUP BY a, b WITH ROLLUP
---
a	b	COUNT(*)
10	NULL	1
10	x	1
20	NULL	2
20	y	1
20	z	1
50	NULL	1
50	NULL	1
NULL	NULL	1
NULL	NULL	5
NULL	x	1

SELECT COUNT(*) FROM t HAVING COUNT(*) > 4
---
COUNT(*)
5
