// The page of `fathom serve`: a form, the reading, a history.

import "../style.css";
import "./app.css";
import { Page } from "./page";

const root = document.getElementById("app");
if (root) new Page(root);
