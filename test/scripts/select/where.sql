CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))
---
ok: 0 affected

INSERT INTO t VALUES (1,10,'x'),(2,20,'y'),(3,20,'z'),(4,NULL,'x'),(5,50,NULL)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

SELECT * FROM t WHERE a = 20
---
id	a	b
2	20	y
3	20	z

SELECT * FROM t WHERE a > 10 AND b <> 'y'
---
id	a	b
3	20	z

SELECT * FROM t WHERE a IS NULL
---
id	a	b
4	NULL	x

SELECT * FROM t WHERE a IS NOT NULL OR b IS NULL
---
id	a	b
1	10	x
2	20	y
3	20	z
5	50	NULL

SELECT id FROM t WHERE a BETWEEN 15 AND 50
---
id
2
3
5

SELECT id FROM t WHERE id IN (1,3,7)
---
id
1
3

SELECT id FROM t WHERE id NOT IN (1,3,7)
---
id
2
4
5

SELECT id FROM t WHERE b LIKE '%x%'
---
id
1
4

SELECT id FROM t WHERE a <=> NULL
---
id
4

SELECT id FROM t WHERE a = '20'
---
id
2
3

SELECT id FROM t WHERE a = 20.0
---
id
2
3

SELECT id FROM t WHERE a > 19.5
---
id
2
3
5

SELECT id FROM t WHERE NOT a = 20
---
id
1
5

SELECT id FROM t WHERE a = 20 XOR b = 'y'
---
id
3

SELECT id FROM t WHERE (a, b) = (20, 'y')
---
id
2

SELECT id FROM t WHERE (a, b) IN ((20, 'y'), (10, 'x'))
---
id
1
2

SELECT id FROM t WHERE id > 99999999999
---
id

SELECT id FROM t WHERE id < 99999999999
---
id
1
2
3
4
5

SELECT id FROM t WHERE id = 1.5
---
id

SELECT id FROM t WHERE b = 'X'
---
id
1
4

SELECT nope FROM t
---
error 1054: Unknown column 'nope' in 'field list'

SELECT id FROM t WHERE nope = 1
---
error 1054: Unknown column 'nope' in 'where clause'

SELECT * FROM nope
---
error 1146: Table 'test.nope' doesn't exist

SELECT t.*, a+1 FROM t WHERE t.id = 1
---
id	a	b	a+1
1	10	x	11

SELECT x.id FROM t
---
error 1054: Unknown column 'x.id' in 'field list'
