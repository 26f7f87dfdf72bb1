/** All screens in one file: `<script type="module" src="…">`. */
import { defineElements } from "./index.ts";

defineElements();
