CREATE TABLE p (id INT PRIMARY KEY, name VARCHAR(10))
---
ok: 0 affected

CREATE TABLE c (id INT PRIMARY KEY, p_id INT, v INT, KEY (p_id))
---
ok: 0 affected

INSERT INTO p VALUES (1,'one'),(2,'two'),(3,'three')
---
ok: 3 affected; Records: 3  Duplicates: 0  Warnings: 0

INSERT INTO c VALUES (10,1,100),(11,1,110),(12,2,120),(13,NULL,130),(14,9,140)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

SELECT * FROM (SELECT id, name FROM p) x WHERE id > 1
---
id	name
2	two
3	three

SELECT x.n, COUNT(*) FROM (SELECT p_id n FROM c) x GROUP BY x.n
---
n	COUNT(*)
1	2
2	1
9	1
NULL	1

SELECT * FROM (SELECT 1 a, 2 b) x JOIN (SELECT 2 b, 3 c) y USING (b)
---
b	a	c
2	1	3

SELECT * FROM (SELECT 1, 1) x
---
error 1060: Duplicate column name '1'

SELECT * FROM (SELECT id FROM p ORDER BY id DESC LIMIT 2) x ORDER BY id
---
id
2
3

SELECT * FROM (SELECT id FROM p) AS x (k) WHERE k = 2
---
k
2

SELECT p.id, l.m FROM p, LATERAL (SELECT MAX(v) m FROM c WHERE c.p_id = p.id) l
---
id	m
1	110
2	120
3	NULL

SELECT p.id, l.v FROM p LEFT JOIN LATERAL (SELECT v FROM c WHERE c.p_id = p.id ORDER BY v DESC LIMIT 1) l ON TRUE
---
id	v
1	110
2	120
3	NULL

SELECT * FROM (VALUES ROW(1,2), ROW(3,4)) v (a, b)
---
a	b
1	2
3	4
