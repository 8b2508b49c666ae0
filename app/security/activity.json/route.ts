import { activityFile, asJson } from "../activity-export.ts";

export const GET = activityFile({ ending: "json", type: "application/json; charset=utf-8", write: asJson });
