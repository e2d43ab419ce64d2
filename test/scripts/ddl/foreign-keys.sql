CREATE TABLE p (id INT PRIMARY KEY, k INT UNIQUE, s VARCHAR(10))
---
ok: 0 affected

CREATE TABLE c1 (id INT PRIMARY KEY, p_id INT, FOREIGN KEY (p_id) REFERENCES p (id))
---
ok: 0 affected

CREATE TABLE c2 (id INT PRIMARY KEY, p_id INT, CONSTRAINT fk2 FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE ON UPDATE CASCADE)
---
ok: 0 affected

CREATE TABLE c3 (id INT PRIMARY KEY, p_id INT, FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE SET NULL)
---
ok: 0 affected

CREATE TABLE bad1 (id INT, p_id BIGINT, FOREIGN KEY (p_id) REFERENCES p (id))
---
error 3780: Referencing column 'p_id' and referenced column 'id' in foreign key constraint 'bad1_ibfk_1' are incompatible.

CREATE TABLE bad2 (id INT, p_id INT, FOREIGN KEY (p_id) REFERENCES nope (id))
---
error 1824: Failed to open the referenced table 'nope'

CREATE TABLE bad3 (id INT, p_id INT, FOREIGN KEY (p_id) REFERENCES p (nope))
---
error 3734: Failed to add the foreign key constraint. Missing column 'nope' for constraint 'bad3_ibfk_1' in the referenced table 'p'

CREATE TABLE bad4 (id INT, p_s VARCHAR(10), FOREIGN KEY (p_s) REFERENCES p (s))
---
error 6125: Failed to add the foreign key constraint. Missing unique key for constraint 'bad4_ibfk_1' in the referenced table 'p'

CREATE TABLE bad5 (id INT, p_id INT NOT NULL, FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE SET NULL)
---
error 1830: Column 'p_id' cannot be NOT NULL: needed in a foreign key constraint 'bad5_ibfk_1' SET NULL

INSERT INTO p VALUES (1, 10, 'a'), (2, 20, 'b'), (3, 30, 'c')
---
ok: 3 affected; Records: 3  Duplicates: 0  Warnings: 0

INSERT INTO c1 VALUES (1, 1)
---
ok: 1 affected

INSERT INTO c1 VALUES (2, 99)
---
error 1452: Cannot add or update a child row: a foreign key constraint fails (`test`.`c1`, CONSTRAINT `c1_ibfk_1` FOREIGN KEY (`p_id`) REFERENCES `p` (`id`))

INSERT INTO c1 VALUES (3, NULL)
---
ok: 1 affected

INSERT INTO c2 VALUES (1, 2), (2, 2)
---
ok: 2 affected; Records: 2  Duplicates: 0  Warnings: 0

INSERT INTO c3 VALUES (1, 3)
---
ok: 1 affected

DELETE FROM p WHERE id = 1
---
error 1451: Cannot delete or update a parent row: a foreign key constraint fails (`test`.`c1`, CONSTRAINT `c1_ibfk_1` FOREIGN KEY (`p_id`) REFERENCES `p` (`id`))

UPDATE p SET id = 100 WHERE id = 1
---
error 1451: Cannot delete or update a parent row: a foreign key constraint fails (`test`.`c1`, CONSTRAINT `c1_ibfk_1` FOREIGN KEY (`p_id`) REFERENCES `p` (`id`))

DELETE FROM p WHERE id = 3
---
ok: 1 affected

SELECT * FROM c3
---
id	p_id
1	NULL

UPDATE p SET id = 22 WHERE id = 2
---
ok: 1 affected; Rows matched: 1  Changed: 1  Warnings: 0

SELECT * FROM c2
---
id	p_id
1	22
2	22

DELETE FROM p WHERE id = 22
---
ok: 1 affected

SELECT * FROM c2
---
id	p_id

UPDATE c1 SET p_id = 77 WHERE id = 1
---
error 1452: Cannot add or update a child row: a foreign key constraint fails (`test`.`c1`, CONSTRAINT `c1_ibfk_1` FOREIGN KEY (`p_id`) REFERENCES `p` (`id`))

DROP TABLE p
---
error 3730: Cannot drop table 'p' referenced by a foreign key constraint 'c1_ibfk_1' on table 'c1'.

ALTER TABLE c1 DROP KEY p_id
---
error 1553: Cannot drop index 'p_id': needed in a foreign key constraint

ALTER TABLE c1 DROP FOREIGN KEY c1_ibfk_1, DROP KEY p_id
---
ok: 0 affected; Records: 0  Duplicates: 0  Warnings: 0

SET foreign_key_checks = 0
---
ok: 0 affected

INSERT INTO c2 VALUES (9, 999)
---
ok: 1 affected

SET foreign_key_checks = 1
---
ok: 0 affected

TRUNCATE p
---
error 1701: Cannot truncate a table referenced in a foreign key constraint (`test`.`c2`, CONSTRAINT `fk2`)

INSERT IGNORE INTO c2 VALUES (10, 888)
---
ok: 0 affected, 1 warnings
