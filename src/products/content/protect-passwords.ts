import { AppError } from '#platform/errors.ts';
import { isPasswordHash, type PasswordHasher } from './password-hash.ts';
import type { PasswordProtector } from './users.resource.ts';

/** Keeps hashes as they are and hashes plain passwords, at most `maxPlain` in one import. */
export function passwordProtector(hasher: PasswordHasher, maxPlain: number): PasswordProtector {
  return () => {
    let plain = 0;
    return (password) => {
      if (isPasswordHash(password)) return password;
      plain += 1;
      if (plain > maxPlain) throw tooMany(maxPlain);
      return hasher(password);
    };
  };
}

function tooMany(maxPlain: number): AppError {
  return new AppError(
    'unprocessable',
    'too_many_plain_passwords',
    `More than ${maxPlain} passwords are plain text, and hashing them takes long. Send hashes (PHC strings), split the file, or raise MAX_PLAIN_PASSWORDS.`,
  );
}
