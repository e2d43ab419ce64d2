SELECT 1
---
1
1

SELECT 1 AS x, 'a' y
---
x	y
1	a

SELECT 1+1, 'it''s', NULL
---
1+1	it's	NULL
2	it's	NULL

SELECT 1 FROM DUAL
---
1
1

SELECT 1 WHERE 0
---
1

SELECT *
---
error 1096: No tables used

SELECT 'a' 'b'
---
a
ab

SELECT -1, - -1
---
-1	- -1
-1	1

SELECT 1 LIMIT 0
---
1

VALUES ROW(1,'a'), ROW(2,'b')
---
column_0	column_1
1	a
2	b

SELECT 5 DIV 2, 5 % 2, 5 / 2, 1/3
---
5 DIV 2	5 % 2	5 / 2	1/3
2	1	2.5000	0.3333

SELECT 1 = 1, 1 <> 1, NULL = NULL, NULL <=> NULL
---
1 = 1	1 <> 1	NULL = NULL	NULL <=> NULL
1	0	NULL	1

SELECT IF(1,2,3), IFNULL(NULL,4), COALESCE(NULL,NULL,5), NULLIF(1,1)
---
IF(1,2,3)	IFNULL(NULL,4)	COALESCE(NULL,NULL,5)	NULLIF(1,1)
2	4	5	NULL

SELECT CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END
---
CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END
b

SELECT @unset
---
@unset
NULL

SELECT 1 UNION SELECT 2
---
1
1
2
