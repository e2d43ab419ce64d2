CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))
---
ok: 0 affected

INSERT INTO t VALUES (1,10,'x'),(2,20,'y'),(3,20,'z'),(4,NULL,'x'),(5,50,NULL)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

SELECT id FROM t ORDER BY a, id
---
id
4
1
2
3
5

SELECT id FROM t ORDER BY a DESC, id DESC
---
id
5
3
2
1
4

SELECT id, a*2 AS d FROM t ORDER BY d DESC, id
---
id	d
5	100
2	40
3	40
1	20
4	NULL

SELECT id FROM t ORDER BY 1 DESC LIMIT 2
---
id
5
4

SELECT id FROM t ORDER BY id LIMIT 1, 2
---
id
2
3

SELECT id FROM t ORDER BY id LIMIT 2 OFFSET 3
---
id
4
5

SELECT id FROM t ORDER BY id LIMIT 0
---
id

SELECT b, id FROM t ORDER BY b DESC, id
---
b	id
z	3
y	2
x	1
x	4
NULL	5

SELECT id FROM t ORDER BY nope
---
error 1054: Unknown column 'nope' in 'order clause'

SELECT id FROM t ORDER BY 5
---
error 1054: Unknown column '5' in 'order clause'

SELECT id FROM t WHERE a = 20 ORDER BY id DESC
---
id
3
2

SELECT DISTINCT a FROM t ORDER BY a
---
a
NULL
10
20
50

SELECT DISTINCT b FROM t ORDER BY b DESC LIMIT 2
---
b
z
y

SELECT a FROM t ORDER BY -a, id
---
a
NULL
50
20
20
10

SELECT id AS a FROM t ORDER BY a
---
a
1
2
3
4
5
