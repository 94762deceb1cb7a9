import { randomBytes, scrypt, type ScryptOptions } from 'node:crypto';

/** 2^14 × 5 is one of the settings that OWASP holds equal; it takes 16 MiB and a seventh of a second. */
const COST = { N: 2 ** 14, r: 8, p: 5 } as const satisfies ScryptOptions;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/**
 * Hashes that other systems made: PHC strings and the older form of bcrypt. Algorithms, parameters and lengths are
 * looked at closely, because plain text that was taken for a hash would be kept as it is.
 */
const KNOWN_HASHES = [
  /^\$argon2(?:id|i|d)\$v=\d{1,3}\$m=\d{1,10},t=\d{1,10},p=\d{1,5}\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,172}$/,
  /^\$scrypt\$ln=\d{1,2},r=\d{1,5},p=\d{1,5}\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,172}$/,
  /^\$pbkdf2-sha(?:1|256|512)\$i=\d{1,10}(?:,l=\d{1,5})?\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,172}$/,
  /^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/,
];

export function isPasswordHash(text: string): boolean {
  return text.startsWith('$') && KNOWN_HASHES.some((form) => form.test(text));
}

/** Hashes plain passwords into PHC strings `$scrypt$ln=14,r=8,p=5$<salt>$<hash>`, off the event loop. */
export type PasswordHasher = (password: string) => Promise<string>;

/**
 * At most `concurrency` at a time: Node has four threads for such work, and files and addresses need them too.
 * What is waiting costs nothing but its text.
 */
export function createPasswordHasher(concurrency = 2): PasswordHasher {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (password) => {
    if (running >= concurrency) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    try {
      return await hash(password);
    } finally {
      // The place goes straight to the next one.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

function hash(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, COST, (error, key) => {
      if (error) reject(error);
      else resolve(`$scrypt$ln=14,r=8,p=5$${base64(salt)}$${base64(key)}`);
    });
  });
}

/** PHC strings leave the padding out. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
