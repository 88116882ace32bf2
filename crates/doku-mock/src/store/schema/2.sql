-- The highest numbers that one partner's reset has taken away: numbers go on for the others.
ALTER TABLE engine ADD COLUMN last_business INTEGER NOT NULL DEFAULT 0;
ALTER TABLE engine ADD COLUMN last_callback INTEGER NOT NULL DEFAULT 0;

-- A business that goes takes its brands with it: they are found without reading all.
CREATE INDEX brands_by_business ON brands (business);
