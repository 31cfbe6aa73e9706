/*
 * harness.mjs - count what holds
 */
let passed = 0, failed = 0;

export async function test(name, body) {
    try {
        await body();
        passed++;
        console.log(`PASS report: ${name}`);
    } catch (error) {
        failed++;
        console.log(`FAIL report: ${name}\n${error.stack.slice(0, 2000)}`);
    }
}

/* The last line, and the exit status. */
export function finish() {
    console.log(`${passed} passed, ${failed} failed, 0 skipped`);
    process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
