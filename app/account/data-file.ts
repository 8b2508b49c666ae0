import type { ExportFormat } from "#accounts/contract/api-schemas.ts";
import { exportOwnData } from "#accounts/transfer/export.ts";
import { exportFile } from "#accounts/transfer/export-files.ts";
import { seeOther } from "#app/forms/see-other.ts";
import { callerOf } from "#app/visitor/current.ts";
import { download } from "#http/answer.ts";
import { answering, exported } from "#http/route.ts";

/** The address of everything that is kept about the visitor, as a file. */
export const dataFile = (format: ExportFormat) =>
  exported(
    answering(async (_request, requestId) => {
      const caller = await callerOf(requestId);
      if (caller.kind !== "user") return seeOther(`/login/?next=${encodeURIComponent("/account/")}`);
      return download(requestId, exportFile(await exportOwnData(caller), format));
    }),
  );
