import { activityFile, asCsv } from "../activity-export.ts";

export const GET = activityFile({ ending: "csv", type: "text/csv; charset=utf-8", write: asCsv });
