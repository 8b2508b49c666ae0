import { dataFile } from "../data-file.ts";

export const GET = dataFile("json");
