/** Where the code takes the time from; the database's clock decides on leases, never this one. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
