import { answers } from "./answers.ts";
import { bodies } from "./bodies.ts";
import { connections } from "./connections.ts";
import { wrongEnvironments } from "./environment.ts";
import { errors } from "./errors.ts";
import { faultsBackup } from "./faults-backup.ts";
import { faultsClock } from "./faults-clock.ts";
import { faultsCrash } from "./faults-crash.ts";
import { faultsDisk } from "./faults-disk.ts";
import { faultsLock } from "./faults-lock.ts";
import { faultsLog } from "./faults-log.ts";
import { faultsReadOnly } from "./faults-read-only.ts";
import { faultsReplaced } from "./faults-replaced.ts";
import { faultsReplacement } from "./faults-replacement.ts";
import { faultsStop } from "./faults-stop.ts";
import { faultsUpgrade } from "./faults-upgrade.ts";
import { guessing } from "./guessing.ts";
import { hashingLoad } from "./hashing-load.ts";
import { manyRowsAtOnce } from "./many-rows.ts";
import { oneAgainstAll } from "./one-against-all.ts";
import { races } from "./races.ts";
import type { Scenario } from "./scenario.ts";
import { timing } from "./timing.ts";
import { unkindContent } from "./unkind.ts";
import { uploads } from "./uploads.ts";

/** All scenarios, in the order in which they are run. README.md says what each is about. */
export const scenarios: Scenario[] = [
  ...guessing,
  ...races,
  ...manyRowsAtOnce,
  ...timing,
  ...hashingLoad,
  ...oneAgainstAll,
  ...faultsCrash,
  ...faultsLock,
  ...faultsDisk,
  ...faultsReadOnly,
  ...wrongEnvironments,
  ...connections,
  ...bodies,
  ...uploads,
  ...faultsStop,
  ...faultsReplacement,
  ...faultsReplaced,
  ...faultsLog,
  ...faultsBackup,
  ...faultsUpgrade,
  ...faultsClock,
  ...answers,
  ...errors,
  ...unkindContent,
];
