/** Runs in the browser: the faults of the page that is shown. */
export declare function layoutProbe(): string[];
export declare function menuIsFilled(): boolean;
