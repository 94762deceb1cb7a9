-- Official totals of births, which shares are shares of.

CREATE TABLE births (
    country_no  integer NOT NULL REFERENCES countries (no) ON DELETE CASCADE,
    area_no     integer NOT NULL REFERENCES areas (no) ON DELETE CASCADE,
    year        smallint NOT NULL,
    gender      char(1) NOT NULL,
    births      integer NOT NULL,
    source      text,
    attribution text,
    PRIMARY KEY (area_no, gender, year),
    CONSTRAINT chk_births_year CHECK (year BETWEEN 1800 AND 2100),
    CONSTRAINT chk_births_gender CHECK (gender IN ('F', 'M')),
    CONSTRAINT chk_births_births CHECK (births > 0)
);
CREATE INDEX births_country ON births (country_no);
COMMENT ON TABLE births IS 'Official totals of births by year and sex recorded at birth: the denominators of shares, rare names included';
COMMENT ON COLUMN births.area_no IS 'A region, or the country itself';
COMMENT ON COLUMN births.source IS 'Where the figure stands; attribution: the credit that its office asks for';
