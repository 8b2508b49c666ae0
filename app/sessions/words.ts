const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** A count as a person would say it. */
export const inWords = (count: number): string => WORDS[count] ?? count.toLocaleString("en");

export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
