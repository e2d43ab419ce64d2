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

SELECT p.name, c.v FROM p JOIN c ON c.p_id = p.id
---
name	v
one	100
one	110
two	120

SELECT p.name, c.v FROM p, c WHERE c.p_id = p.id AND c.v > 100
---
name	v
one	110
two	120

SELECT p.name, c.v FROM p INNER JOIN c ON c.p_id = p.id WHERE p.name LIKE 't%'
---
name	v
two	120

SELECT COUNT(*) FROM p CROSS JOIN c
---
COUNT(*)
15

SELECT a.id, b.id FROM p a JOIN p b ON a.id < b.id
---
id	id
1	2
1	3
2	3

SELECT p.id, c.id FROM p STRAIGHT_JOIN c ON p.id = c.p_id
---
id	id
1	10
1	11
2	12

SELECT id FROM p JOIN c ON p.id = c.p_id
---
error 1052: Column 'id' in field list is ambiguous

SELECT p.id FROM p JOIN p ON 1
---
error 1066: Not unique table/alias: 'p'

SELECT p.id, c.id, d.id FROM p JOIN c ON p.id=c.p_id JOIN c d ON d.p_id = c.p_id
---
id	id	id
1	10	10
1	10	11
1	11	10
1	11	11
2	12	12

SELECT * FROM p JOIN c ON p.id = c.v/100
---
id	name	id	p_id	v
1	one	10	1	100

SELECT p.name FROM p JOIN c ON c.p_id = p.id AND c.v = 120
---
name
two
