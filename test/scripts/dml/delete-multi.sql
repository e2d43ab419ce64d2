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

DELETE c FROM p JOIN c ON c.p_id = p.id WHERE p.id = 1
---
ok: 2 affected

SELECT * FROM c
---
id	p_id	v
12	2	120
13	NULL	130
14	9	140

DELETE p, c FROM p JOIN c ON c.p_id = p.id
---
ok: 2 affected

SELECT * FROM p
---
id	name
1	one
3	three

SELECT * FROM c
---
id	p_id	v
13	NULL	130
14	9	140

DELETE FROM x USING p x LEFT JOIN c ON c.p_id = x.id WHERE c.id IS NULL
---
ok: 2 affected

SELECT * FROM p
---
id	name

DELETE nope FROM p
---
error 1109: Unknown table 'nope' in MULTI DELETE
