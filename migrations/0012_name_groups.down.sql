DROP TABLE name_groups;
