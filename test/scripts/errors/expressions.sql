CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))
---
ok: 0 affected

INSERT INTO t VALUES (1,10,'x'),(2,20,'y'),(3,20,'z'),(4,NULL,'x'),(5,50,NULL)
---
ok: 5 affected; Records: 5  Duplicates: 0  Warnings: 0

SELECT nofunction(1)
---
error 1305: FUNCTION test.nofunction does not exist

SELECT CONCAT()
---
error 1582: Incorrect parameter count in the call to native function 'CONCAT'

SELECT ABS(1, 2)
---
error 1582: Incorrect parameter count in the call to native function 'ABS'

SELECT 1 +
---
error 1064: You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '' at line 1

SELEC 1
---
error 1064: You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'SELEC 1' at line 1

SELECT * FROM t WHERE
---
error 1064: You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '' at line 1

SELECT 9223372036854775807 + 1
---
error 1690: BIGINT value is out of range in '(9223372036854775807 + 1)'

SELECT 1/0
---
1/0
NULL

SELECT a FROM t t1, t t2
---
error 1052: Column 'a' in field list is ambiguous

SELECT 'a' + 1
---
'a' + 1
1

SELECT 1 IN (SELECT 1, 2)
---
error 1241: Operand should contain 1 column(s)

SELECT (1, 2)
---
error 1241: Operand should contain 1 column(s)

SELECT (1, 2) = (1, 2, 3)
---
error 1241: Operand should contain 2 column(s)

INSERT INTO t VALUES (10, 1/0, 'x')
---
error 1365: Division by 0

SELECT @@nope
---
error 1193: Unknown system variable 'nope'

SET nope = 1
---
error 1193: Unknown system variable 'nope'

SET @@global.nope = 1
---
error 1193: Unknown system variable 'nope'

SELECT * FROM t LIMIT -1
---
error 1064: You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '-1' at line 1

SELECT id FROM t GROUP BY COUNT(*)
---
error 1111: Invalid use of group function

DELETE FROM t WHERE SUM(a) > 1
---
error 1111: Invalid use of group function

USE nope
---
error 1049: Unknown database 'nope'

SELECT * FROM nodb.t
---
error 1049: Unknown database 'nodb'

PREPARE s FROM 'SELECT ?'
---
ok: 0 affected; Statement prepared

SET @x = 5
---
ok: 0 affected

EXECUTE s USING @x
---
?
5

EXECUTE s
---
error 1210: Incorrect arguments to EXECUTE

DEALLOCATE PREPARE s
---
ok: 0 affected

EXECUTE s
---
error 1243: Unknown prepared statement handler (s) given to EXECUTE
