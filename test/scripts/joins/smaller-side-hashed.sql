CREATE TABLE digit (d INT PRIMARY KEY)
---
ok: 0 affected

INSERT INTO digit VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)
---
ok: 10 affected; Records: 10  Duplicates: 0  Warnings: 0

CREATE TABLE many (id INT PRIMARY KEY, n INT, t VARCHAR(10))
---
ok: 0 affected

INSERT INTO many SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d, IF(a.d = 7, NULL, (a.d + 10 * b.d) * 3), CONCAT('t', c.d) FROM digit a, digit b, digit c, digit e WHERE e.d < 4
---
ok: 4000 affected; Records: 4000  Duplicates: 0  Warnings: 0

CREATE TABLE few (id INT PRIMARY KEY, rank_no INT, n INT, KEY (rank_no))
---
ok: 0 affected

INSERT INTO few VALUES (1,30,3),(2,10,6),(3,20,NULL),(4,40,297),(5,50,3),(6,60,1000)
---
ok: 6 affected; Records: 6  Duplicates: 0  Warnings: 0

SELECT few.rank_no, many.id FROM few JOIN many ON many.n = few.n WHERE few.rank_no > 5 ORDER BY few.rank_no DESC, many.id LIMIT 50
---
rank_no	id
50	1
50	101
50	201
50	301
50	401
50	501
50	601
50	701
50	801
50	901
50	1001
50	1101
50	1201
50	1301
50	1401
50	1501
50	1601
50	1701
50	1801
50	1901
50	2001
50	2101
50	2201
50	2301
50	2401
50	2501
50	2601
50	2701
50	2801
50	2901
50	3001
50	3101
50	3201
50	3301
50	3401
50	3501
50	3601
50	3701
50	3801
50	3901
40	99
40	199
40	299
40	399
40	499
40	599
40	699
40	799
40	899
40	999

SELECT few.rank_no, many.id FROM few JOIN many ON many.n = few.n WHERE few.rank_no BETWEEN 5 AND 45 AND many.id < 500 ORDER BY few.rank_no, many.id
---
rank_no	id
10	2
10	102
10	202
10	302
10	402
30	1
30	101
30	201
30	301
30	401
40	99
40	199
40	299
40	399
40	499

SELECT few.rank_no, COUNT(*), MIN(many.id), MAX(many.id) FROM few JOIN many ON many.n = few.n GROUP BY few.rank_no ORDER BY few.rank_no
---
rank_no	COUNT(*)	MIN(many.id)	MAX(many.id)
10	40	2	3902
30	40	1	3901
40	40	99	3999
50	40	1	3901

SELECT few.id, x.rank_no, COUNT(*) FROM few JOIN many ON many.n = few.n LEFT JOIN few x ON x.id = few.id + 1 GROUP BY few.id, x.rank_no ORDER BY few.id
---
id	rank_no	COUNT(*)
1	10	40
2	20	40
4	50	40
5	60	40

SELECT few.id, (SELECT COUNT(*) FROM few f JOIN many m ON m.n + 0 = f.n WHERE f.id <= few.id) AS c FROM few ORDER BY few.id
---
id	c
1	40
2	80
3	80
4	120
5	160
6	160

SELECT a.id, b.id, COUNT(*) FROM few a JOIN few b ON b.n = a.n AND b.id >= a.id JOIN many ON many.n = b.n AND many.t = 't1' GROUP BY a.id, b.id ORDER BY a.id, b.id
---
id	id	COUNT(*)
1	1	4
1	5	4
2	2	4
4	4	4
5	5	4
