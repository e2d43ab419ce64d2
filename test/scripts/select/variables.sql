SET @a = 1, @b = 'two'
---
ok: 0 affected

SELECT @a, @b
---
@a	@b
1	two

SET @a = @a + 10
---
ok: 0 affected

SELECT @a
---
@a
11

SELECT 5 INTO @c
---
ok: 1 affected

SELECT @c
---
@c
5

SELECT 1, 2 INTO @d, @e
---
ok: 1 affected

SELECT @d + @e
---
@d + @e
3

SELECT 1 INTO @d, @e
---
error 1222: The used SELECT statements have a different number of columns

SELECT @@autocommit, @@sql_mode
---
@@autocommit	@@sql_mode
1	ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION

SET SESSION sql_mode = 'ANSI_QUOTES'
---
ok: 0 affected

SELECT "x" FROM (SELECT 1 AS x) t
---
x
1

SET sql_mode = DEFAULT
---
ok: 0 affected

SELECT DATABASE()
---
DATABASE()
test

SELECT ROW_COUNT()
---
ROW_COUNT()
-1

SELECT FOUND_ROWS()
---
FOUND_ROWS()
1

SELECT SQL_CALC_FOUND_ROWS 1 UNION SELECT 2
---
1
1
2

SELECT USER() IS NOT NULL
---
USER() IS NOT NULL
1
