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

SELECT p.name, c.v FROM p LEFT JOIN c ON c.p_id = p.id
---
name	v
one	100
one	110
three	NULL
two	120

SELECT p.name, c.v FROM p LEFT JOIN c ON c.p_id = p.id WHERE c.id IS NULL
---
name	v
three	NULL

SELECT p.name, c.v FROM p RIGHT JOIN c ON c.p_id = p.id
---
name	v
NULL	130
NULL	140
one	100
one	110
two	120

SELECT p.name, c.v FROM p LEFT JOIN c ON c.p_id = p.id AND c.v > 105
---
name	v
one	110
three	NULL
two	120

SELECT p.name, c.v FROM p LEFT JOIN c ON c.p_id = p.id WHERE c.v > 105
---
name	v
one	110
two	120

SELECT p.name, COUNT(c.id) FROM p LEFT JOIN c ON c.p_id = p.id GROUP BY p.id
---
name	COUNT(c.id)
one	2
three	0
two	1

SELECT p.id, c.id, d.id FROM p LEFT JOIN c ON c.p_id = p.id LEFT JOIN c d ON d.id = c.id + 1
---
id	id	id
1	10	11
1	11	12
2	12	13
3	NULL	NULL

SELECT p.id, c.id, d.id FROM p LEFT JOIN (c JOIN c d ON d.id = c.id + 1) ON c.p_id = p.id
---
id	id	id
1	10	11
1	11	12
2	12	13
3	NULL	NULL

SELECT p.id, c.v FROM p LEFT JOIN c ON p.id = 1
---
id	v
1	100
1	110
1	120
1	130
1	140
2	NULL
3	NULL

SELECT p.id, c.v FROM p LEFT JOIN c ON 0
---
id	v
1	NULL
2	NULL
3	NULL

SELECT p.id, IFNULL(c.v, 'none') FROM p LEFT JOIN c ON c.p_id = p.id AND c.v = 120
---
id	IFNULL(c.v, 'none')
1	none
2	120
3	none

SELECT x.id, y.m FROM p x LEFT JOIN (SELECT p_id, MAX(v) m FROM c GROUP BY p_id) y ON y.p_id = x.id
---
id	m
1	110
2	120
3	NULL

SELECT p.name FROM p LEFT JOIN c ON c.p_id = p.id AND p.name = 'one' WHERE c.v IS NOT NULL
---
name
one
one
