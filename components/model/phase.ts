/** A step of the roadmap by its number; which ones there are, and what each is called, is the roadmap's business. */
export type Phase = number;
