DROP TABLE record_errors;
DROP TABLE reports;
