DROP TABLE life_tables;
