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

WITH x AS (SELECT id FROM p WHERE id > 1) SELECT * FROM x
---
id
2
3

WITH x AS (SELECT 1 a), y AS (SELECT a+1 b FROM x) SELECT * FROM x, y
---
a	b
1	2

WITH x (k) AS (SELECT id FROM p) SELECT a.k, b.k FROM x a JOIN x b ON a.k = b.k + 1
---
k	k
2	1
3	2

WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i+1 FROM n WHERE i < 5) SELECT * FROM n
---
i
1
2
3
4
5

WITH RECURSIVE n (i, f) AS (SELECT 1, 1 UNION ALL SELECT i+1, f*(i+1) FROM n WHERE i < 6) SELECT * FROM n
---
i	f
1	1
2	2
3	6
4	24
5	120
6	720

WITH RECURSIVE n AS (SELECT 1 i UNION SELECT (i*2)%7 FROM n) SELECT * FROM n
---
i
1
2
4

WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i+1 FROM n) SELECT COUNT(*) FROM n
---
error 3636: Recursive query aborted after 1001 iterations. Try increasing @@cte_max_recursion_depth to a larger value.

WITH x AS (SELECT 1), x AS (SELECT 2) SELECT 1
---
error 1066: Not unique table/alias: 'x'

WITH x (a,b) AS (SELECT 1) SELECT * FROM x
---
error 1353: In definition of view, derived table or common table expression, SELECT list and column names list have different column counts
