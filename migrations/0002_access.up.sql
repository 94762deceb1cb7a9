CREATE TABLE api_keys (
  id           uuid        PRIMARY KEY,
  key_id       text        NOT NULL UNIQUE CHECK (key_id ~ '^[A-Za-z0-9]{8}$'),
  key_hash     bytea       NOT NULL CHECK (octet_length(key_hash) = 32),
  name         text        NOT NULL CHECK (name <> ''),
  role         text        NOT NULL CHECK (role IN ('admin', 'viewer')),
  scopes       text[],
  source       text        NOT NULL CHECK (source IN ('api', 'bootstrap', 'local')),
  created_by   uuid        REFERENCES api_keys (id),
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz
);

CREATE INDEX api_keys_by_age ON api_keys (created_at DESC, id DESC);

COMMENT ON TABLE api_keys IS 'Who may call the API. A key reads ak_<key_id>_<secret>; only a hash of it is kept.';
COMMENT ON COLUMN api_keys.key_id IS 'The public part of the key, by which it is looked up';
COMMENT ON COLUMN api_keys.key_hash IS 'SHA-256 of the whole key; the secret has 256 random bits, so no slow hash is needed';
COMMENT ON COLUMN api_keys.role IS 'admin: everything; viewer: what is public, and what it started itself';
COMMENT ON COLUMN api_keys.scopes IS 'NULL: all that the role may; else the only scoped actions that this key may do';
COMMENT ON COLUMN api_keys.source IS 'api: made by a call; bootstrap: BOOTSTRAP_ADMIN_KEY; local: the admin-key file of the embedded mode';
COMMENT ON COLUMN api_keys.created_by IS 'The key that made this one; NULL for those made at start';
COMMENT ON COLUMN api_keys.last_used_at IS 'Exact to a minute';
COMMENT ON COLUMN api_keys.revoked_at IS 'Since then the key is refused; the row stays, because other rows name it';
