/** Put in by the build, see `vite.config.ts`. */
declare const __KINDRED_VERSION__: string;
/** Size of the site's MNIST file as it is fetched, such as `7.1`. */
declare const __MNIST_MEGABYTES__: string;
