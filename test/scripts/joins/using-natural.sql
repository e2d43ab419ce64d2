CREATE TABLE a (id INT, x INT)
---
ok: 0 affected

CREATE TABLE b (id INT, y INT)
---
ok: 0 affected

CREATE TABLE d (id INT, x INT)
---
ok: 0 affected

INSERT INTO a VALUES (1,1),(2,2),(3,3)
---
ok: 3 affected; Records: 3  Duplicates: 0  Warnings: 0

INSERT INTO b VALUES (2,20),(3,30),(4,40)
---
ok: 3 affected; Records: 3  Duplicates: 0  Warnings: 0

INSERT INTO d VALUES (2,2),(3,9)
---
ok: 2 affected; Records: 2  Duplicates: 0  Warnings: 0

SELECT * FROM a JOIN b USING (id)
---
id	x	y
2	2	20
3	3	30

SELECT id FROM a JOIN b USING (id)
---
id
2
3

SELECT a.id, b.id FROM a JOIN b USING (id)
---
id	id
2	2
3	3

SELECT * FROM a NATURAL JOIN b
---
id	x	y
2	2	20
3	3	30

SELECT * FROM a NATURAL JOIN d
---
id	x
2	2

SELECT * FROM a LEFT JOIN b USING (id)
---
id	x	y
1	1	NULL
2	2	20
3	3	30

SELECT * FROM a RIGHT JOIN b USING (id)
---
id	y	x
2	20	2
3	30	3
4	40	NULL

SELECT * FROM a NATURAL LEFT JOIN b
---
id	x	y
1	1	NULL
2	2	20
3	3	30

SELECT * FROM a JOIN b USING (id) JOIN d USING (id)
---
id	x	y	x
2	2	20	2
3	3	30	9

SELECT * FROM a JOIN b USING (nope)
---
error 1054: Unknown column 'nope' in 'from clause'

SELECT id FROM a JOIN d USING (id) WHERE id > 2
---
id
3

SELECT x FROM a JOIN d USING (id)
---
error 1052: Column 'x' in field list is ambiguous
