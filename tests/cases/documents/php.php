<p>Don't // https://a.example/no</p>
<?php # https://a.example/1
#[Attribute("https://a.example/no")]
/** @link https://a.example/2 */
$a = 'https://a.example/no'; // https://a.example/3 ?> // https://a.example/no
<?= $x; // https://a.example/4
$t = <<<EOT
// https://a.example/no
EOT;
// https://a.example/5
