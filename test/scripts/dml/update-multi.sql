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

UPDATE p, c SET c.v = c.v + 1, p.name = 'upd' WHERE c.p_id = p.id AND p.id = 1
---
ok: 3 affected; Rows matched: 3  Changed: 3  Warnings: 0

SELECT * FROM p
---
id	name
1	upd
2	two
3	three

SELECT * FROM c
---
id	p_id	v
10	1	101
11	1	111
12	2	120
13	NULL	130
14	9	140

UPDATE p LEFT JOIN c ON c.p_id = p.id SET p.name = 'none' WHERE c.id IS NULL
---
ok: 1 affected; Rows matched: 1  Changed: 1  Warnings: 0

UPDATE c JOIN (SELECT MAX(id) m FROM p) x ON c.p_id < x.m SET c.v = 0
---
ok: 3 affected; Rows matched: 3  Changed: 3  Warnings: 0

SELECT * FROM p
---
id	name
1	upd
2	two
3	none

SELECT * FROM c
---
id	p_id	v
10	1	0
11	1	0
12	2	0
13	NULL	130
14	9	140

UPDATE p JOIN c ON p.id = c.p_id SET id = 5
---
error 1052: Column 'id' in field list is ambiguous

UPDATE p a, p b SET a.name = b.name WHERE a.id = 1 AND b.id = 2
---
ok: 1 affected; Rows matched: 1  Changed: 1  Warnings: 0

SELECT * FROM p
---
id	name
1	two
2	two
3	none
