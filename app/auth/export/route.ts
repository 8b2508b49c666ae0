import { exportOwnData } from "#accounts/transfer/export.ts";
import { exportFile } from "#accounts/transfer/export-files.ts";
import { api } from "#http/api.ts";
import { serve } from "#http/endpoint.ts";
import { route } from "#http/route.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route(
  serve(api.exportData, async ({ caller, input }) => exportFile(await exportOwnData(caller), input.format)),
);
