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

SELECT id FROM p WHERE id IN (SELECT p_id FROM c)
---
id
1
2

SELECT id FROM p WHERE id NOT IN (SELECT p_id FROM c WHERE p_id IS NOT NULL)
---
id
3

SELECT id FROM p WHERE id NOT IN (SELECT p_id FROM c)
---
id

SELECT id FROM p WHERE EXISTS (SELECT 1 FROM c WHERE c.p_id = p.id)
---
id
1
2

SELECT id FROM p WHERE NOT EXISTS (SELECT * FROM c WHERE c.p_id = p.id)
---
id
3

SELECT id FROM p WHERE (id, 100) IN (SELECT p_id, v FROM c)
---
id
1

SELECT id FROM p WHERE id IN (SELECT p_id FROM c WHERE c.v > (SELECT AVG(v) FROM c WHERE p_id = p.id))
---
id
1

SELECT id FROM p WHERE id = ANY (SELECT p_id FROM c)
---
id
1
2

SELECT id FROM p WHERE id <> ALL (SELECT p_id FROM c)
---
id

SELECT id IN (SELECT p_id FROM c) FROM p
---
id IN (SELECT p_id FROM c)
1
1
NULL

SELECT id FROM p WHERE id IN (SELECT p_id, v FROM c)
---
error 1241: Operand should contain 1 column(s)

SELECT name FROM p WHERE id IN (SELECT p_id FROM c GROUP BY p_id HAVING COUNT(*) > 1)
---
name
one
