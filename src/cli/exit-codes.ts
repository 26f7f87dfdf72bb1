/** What a program that started this one is told. */
export const EXIT = {
  done: 0,
  /** Failed, or refused by tokenry; `doctor`: a check failed. */
  failed: 1,
  /** No such command or option, an argument too many or too few. */
  wrongUse: 2,
  /** A database, Redis or the directory is out of reach. */
  unavailable: 3,
  notConfirmed: 4,
  /** 128 and the number of SIGINT, as shells have it. */
  interrupted: 130,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
